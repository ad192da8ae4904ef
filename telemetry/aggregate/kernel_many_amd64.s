//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// The kernels of rows that jump, with all that a row needs in registers. Their twins say in
// Go what they do, to the bit: slotsEvenGo, scatterNarrowGo, scatterFloatsGo, tallyRowsGo.
// Those whose names end in Wide go with AVX2; codes were looked at before.

// LANES puts the arguments where kernels that sum and count look for them. DX counts rows to R9, R13
// those that are left.
#define LANES \
	MOVQ to_base+0(FP), R8 \
	MOVQ attribute_base+24(FP), SI \
	MOVQ slot_base+48(FP), DI \
	MOVQ slot_len+56(FP), R9 \
	MOVQ x_base+72(FP), R10 \
	MOVQ at_base+96(FP), R11 \
	MOVQ left_base+120(FP), R12 \
	XORQ DX, DX \
	XORQ R13, R13

// LEAVE leaves row DX to another way.
#define LEAVE \
	MOVL DX, (R12)(R13*4) \
	INCQ R13 \
	INCQ DX

// WHOLE makes X3 the decimal of number X0 at scale X1, and X2 what it is as a number: X0 again, or
// there is none. X6 is toWhole.
#define WHOLE \
	VMULSD X1, X0, X2 \
	VADDSD X6, X2, X2 \
	VPSUBQ X6, X2, X3 \
	VSUBSD X6, X2, X2 \
	VDIVSD X1, X2, X2

// EXTREMES lowers the lanes of s to v's, and raises those that are ones in flip. Integers of 64
// bits, x is lost.
#define EXTREMES(flip, v, s, x) \
	VPCMPGTQ v, s, x \
	VPXOR flip, x, x \
	VBLENDVPD x, v, s, s

// TIMES lowers and raises the first and the last time to row DX's. X7 is ones in last.
#define TIMES(span) \
	VMOVDQU span, X4 \
	VPBROADCASTQ (R11)(DX*8), X5 \
	EXTREMES(X7, X5, X4, X3) \
	VMOVDQU X4, span

// FETCH asks, each eighth row, for lines of the rows that come next: of 8 rows of times and
// numbers, of 16 of codes, of 64 of kinds and qualities. DX is the row; AX, BX and R15 are lost.
#define FETCH(next, label) \
	TESTQ $7, DX \
	JNZ label \
	MOVQ next, AX \
	MOVQ ahead_from(AX), BX \
	ADDQ DX, BX \
	CMPQ BX, ahead_rows(AX) \
	JGE label \
	MOVQ ahead_time(AX), R15 \
	PREFETCHT0 (R15)(BX*8) \
	MOVQ ahead_number(AX), R15 \
	PREFETCHT0 (R15)(BX*8) \
	TESTQ $15, DX \
	JNZ label \
	MOVQ ahead_entity(AX), R15 \
	PREFETCHT0 (R15)(BX*4) \
	MOVQ ahead_attribute(AX), R15 \
	PREFETCHT0 (R15)(BX*4) \
	TESTQ $63, DX \
	JNZ label \
	MOVQ ahead_kind(AX), R15 \
	PREFETCHT0 (R15)(BX*1) \
	MOVQ ahead_quality(AX), R15 \
	PREFETCHT0 (R15)(BX*1)

// MOST makes the low lane of X the greatest of eight in Y.
#define MOST(Y, X) \
	VEXTRACTI128 $1, Y, X4 \
	VPMAXUD X4, X, X \
	VPSHUFD $0x4e, X, X4 \
	VPMAXUD X4, X, X \
	VPSHUFD $0xb1, X, X4 \
	VPMAXUD X4, X, X

// hoursWide works in floats: a window's number is the time since the first, in steps of 8,192 ns, by
// those of a window, less half, rounded. Half a step more keeps it apart from the numbers between
// which rounding turns: by 1/878,906,250 at least, of which rounding takes a quarter at most
// with 2^20 windows.

// func hoursWide(dst, attribute, entity []uint32, at []int64, e *even, x *extent) (ok bool)
TEXT ·hoursWide(SB), NOSPLIT, $0-113
	MOVQ dst_base+0(FP), DI
	MOVQ attribute_base+24(FP), SI
	MOVQ entity_base+48(FP), R8
	MOVQ at_base+72(FP), R9
	MOVQ at_len+80(FP), CX
	MOVQ e+96(FP), AX
	VPBROADCASTQ even_first(AX), Y8
	VPCMPEQQ Y10, Y10, Y10
	VPSLLQ $63, Y10, Y10           // signs: unsigned numbers are compared
	VPBROADCASTQ even_span(AX), Y9
	VPXOR Y10, Y9, Y9
	MOVQ $const_wholeBits, BX
	VMOVQ BX, X11
	VPBROADCASTQ X11, Y11          // toWhole
	VBROADCASTSD even_each(AX), Y13
	VBROADCASTSD even_half(AX), Y14
	VPXOR Y0, Y0, Y0               // the most of attributes
	VPXOR Y1, Y1, Y1               // of entities
	VPCMPEQQ Y3, Y3, Y3            // all times are in span
	XORQ DX, DX
	JMP  check

eight:
	VMOVDQU (R9)(DX*8), Y4
	VMOVDQU 32(R9)(DX*8), Y5
	VPSUBQ Y8, Y4, Y4
	VPSUBQ Y8, Y5, Y5
	VPXOR Y10, Y4, Y6
	VPXOR Y10, Y5, Y7
	VPCMPGTQ Y6, Y9, Y6
	VPCMPGTQ Y7, Y9, Y7
	VPAND Y6, Y3, Y3
	VPAND Y7, Y3, Y3
	VPSRLQ $13, Y4, Y4
	VPSRLQ $13, Y5, Y5
	VPOR Y11, Y4, Y4               // toWhole and a number of 51 bits
	VPOR Y11, Y5, Y5
	VSUBPD Y11, Y4, Y4
	VSUBPD Y11, Y5, Y5
	VMULPD Y13, Y4, Y4
	VMULPD Y13, Y5, Y5
	VSUBPD Y14, Y4, Y4
	VSUBPD Y14, Y5, Y5
	VADDPD Y11, Y4, Y4
	VADDPD Y11, Y5, Y5
	VSHUFPS $0x88, Y5, Y4, Y4      // the low words
	VPERMQ $0xd8, Y4, Y4
	VMOVDQU Y4, (DI)(DX*4)
	VPMAXUD (SI)(DX*4), Y0, Y0
	VPMAXUD (R8)(DX*4), Y1, Y1
	ADDQ $8, DX

check:
	CMPQ DX, CX
	JLT  eight
	MOVQ x+104(FP), BX
	MOST(Y0, X0)
	VMOVD X0, extent_attribute(BX)
	MOST(Y1, X1)
	VMOVD X1, extent_entity(BX)
	VMOVMSKPD Y3, AX
	CMPL AX, $0xf
	SETEQ ok+112(FP)
	VZEROUPPER
	RET

// func slotsWide(dst, attribute, entity, row []uint32, by []index)
TEXT ·slotsWide(SB), NOSPLIT, $0-120
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ attribute_base+24(FP), SI
	MOVQ entity_base+48(FP), R8
	MOVQ row_base+72(FP), R10
	MOVQ by_base+96(FP), R12
	XORQ BX, BX
	JMP  check

row:
	MOVL (SI)(BX*4), AX
	MOVL (R8)(BX*4), CX
	MOVL (DI)(BX*4), DX
	SHLQ $5, AX
	MOVL (R10)(CX*4), CX
	SUBL index_low(R12)(AX*1), DX
	CMPL DX, index_limit(R12)(AX*1)
	JCC  miss
	ADDQ DX, CX
	CMPQ CX, (index_direct+8)(R12)(AX*1)
	JCC  miss
	MOVQ index_direct(R12)(AX*1), DX
	MOVL (DX)(CX*4), CX
	DECL CX
	MOVL CX, (DI)(BX*4)
	INCQ BX

check:
	CMPQ BX, R9
	JLT  row
	RET

miss:
	MOVL $-1, (DI)(BX*4)
	INCQ BX
	JMP  check

// func scatterNarrowWide(to []decimalStates, attribute, slot []uint32, x []float64, at []int64, left []int32, next *ahead) (n int)
TEXT ·scatterNarrowWide(SB), NOSPLIT, $0-160
	LANES
	MOVQ $const_wholeBits, AX
	VMOVQ AX, X6
	MOVL $(2*const_narrow), CX
	VPCMPEQQ Y7, Y7, Y7
	VPSLLDQ $8, Y7, Y7             // ones in max and last
	JMP  check

row:
	FETCH(next+144(FP), fetched)

fetched:
	MOVL (SI)(DX*4), AX
	MOVL (DI)(DX*4), BX
	SHLQ $5, AX
	CMPQ BX, (decimalStates_hot+8)(R8)(AX*1)
	JCC  left
	VMOVSD (R10)(DX*8), X0
	VMOVSD decimalStates_ten(R8)(AX*1), X1
	SHLQ $6, BX
	ADDQ decimalStates_hot(R8)(AX*1), BX
	WHOLE
	VMOVQ X3, R15
	LEAQ const_narrow(R15), AX
	CMPQ AX, CX
	JHI  left
	VPBROADCASTQ X3, Y3
	VPBROADCASTQ (R11)(DX*8), Y5
	VMOVDQU hot_min(BX), Y4
	VPBLENDD $0xf0, Y5, Y3, Y3     // as min, max, first and last
	EXTREMES(Y7, Y3, Y4, Y5)
	MOVQ R15, AX
	IMULQ AX, AX
	ADDQ hot_sqLo(BX), AX
	JCS  left
	VUCOMISD X0, X2
	JNE  left                      // NaN are far out of range
	ADDQ R15, hot_sum(BX)
	JOS  undo
	MOVQ AX, hot_sqLo(BX)
	INCQ hot_n(BX)
	VMOVDQU Y4, hot_min(BX)
	INCQ DX

check:
	CMPQ DX, R9
	JLT  row
	VZEROUPPER
	MOVQ R13, n+152(FP)
	RET

undo:
	SUBQ R15, hot_sum(BX)

left:
	LEAVE
	JMP  check

// func scatterFloatsWide(to []floatStates, attribute, slot []uint32, x []float64, at []int64, left []int32, next *ahead) (n int)
TEXT ·scatterFloatsWide(SB), NOSPLIT, $0-160
	LANES
	MOVQ $0xffe0000000000000, CX   // twice the bits of infinity
	VPCMPEQQ X7, X7, X7
	VPSLLDQ $8, X7, X7
	JMP  check

row:
	FETCH(next+144(FP), fetched)

fetched:
	MOVL (SI)(DX*4), AX
	SHLQ $6, AX
	ADDQ R8, AX
	MOVL (DI)(DX*4), BX
	CMPQ BX, (floatStates_part+8)(AX)
	JCC  left
	MOVQ (R10)(DX*8), R15
	VMOVSD (R10)(DX*8), X0
	ADDQ R15, R15
	CMPQ R15, CX
	JCC  left
	MOVQ floatStates_count(AX), R15
	LEAQ (R15)(BX*4), R15
	SHLQ $6, BX
	ADDQ floatStates_part(AX), BX
	CMPL (R15), $0
	JEQ  fresh

add:
	INCL (R15)
	VMOVSD part_s(BX), X1
	VADDSD X0, X1, X2              // a = s + v
	VMOVSD X2, part_s(BX)
	VSUBSD X1, X2, X3              // b = a - s
	VSUBSD X3, X2, X2
	VSUBSD X2, X1, X1              // s - (a - b)
	VSUBSD X3, X0, X3              // v - b
	VADDSD X3, X1, X1
	VADDSD part_c(BX), X1, X1
	VMOVSD X1, part_c(BX)
	VSUBSD part_k(BX), X0, X1
	VMULSD X1, X1, X1
	VADDSD part_q(BX), X1, X1
	VMOVSD X1, part_q(BX)
	VMOVUPD part_min(BX), X1
	VMOVDDUP X0, X2
	VMINPD X1, X2, X3
	VMAXPD X1, X2, X2
	VBLENDPD $2, X2, X3, X3
	VMOVUPD X3, part_min(BX)
	TIMES(part_first(BX))
	INCQ DX

check:
	CMPQ DX, R9
	JLT  row
	MOVQ R13, n+152(FP)
	RET

fresh:
	XORL AX, AX
	VMOVSD X0, part_k(BX)
	MOVQ AX, part_s(BX)
	MOVQ AX, part_c(BX)
	MOVQ AX, part_q(BX)
	VMOVSD X0, part_min(BX)
	VMOVSD X0, part_max(BX)
	MOVQ (R11)(DX*8), AX
	MOVQ AX, part_first(BX)
	MOVQ AX, part_last(BX)
	JMP  add

left:
	LEAVE
	JMP  check

// func tallyRowsWide(to []tallyStates, attribute, slot []uint32, x []float64, at []int64, left []int32, next *ahead) (n int)
TEXT ·tallyRowsWide(SB), NOSPLIT, $0-160
	LANES
	MOVQ $const_wholeBits, AX
	VMOVQ AX, X6
	VPCMPEQQ X7, X7, X7
	VPSLLDQ $8, X7, X7
	JMP  check

row:
	FETCH(next+144(FP), fetched)

fetched:
	MOVL (SI)(DX*4), AX
	SHLQ $5, AX
	MOVL (DI)(DX*4), BX
	CMPQ BX, (tallyStates_tally+8)(R8)(AX*1)
	JCC  left
	MOVQ tallyStates_tally(R8)(AX*1), R15
	MOVQ (R15)(BX*8), BX
	TESTQ BX, BX
	JEQ  left
	CMPQ tally_n(BX), $const_tallyMost
	JGE  left
	VMOVSD (R10)(DX*8), X0
	VMOVSD tallyStates_ten(R8)(AX*1), X1
	WHOLE
	VMOVQ X3, R15
	SUBQ tally_base(BX), R15
	CMPQ R15, (tally_count+8)(BX)
	JCC  left
	MOVQ tally_count(BX), AX
	VUCOMISD X0, X2
	JNE  left                      // NaN are far out of range
	INCW (AX)(R15*2)
	INCQ tally_n(BX)
	TIMES(tally_first(BX))
	INCQ DX

check:
	CMPQ DX, R9
	JLT  row
	MOVQ R13, n+152(FP)
	RET

left:
	LEAVE
	JMP  check

// fetch takes two lines of times and numbers at a time, one of codes, and one in four times of
// kinds and qualities.

// func fetch(next *ahead, from, to int)
TEXT ·fetch(SB), NOSPLIT, $0-24
	MOVQ next+0(FP), AX
	MOVQ from+8(FP), DX
	MOVQ to+16(FP), CX
	ADDQ ahead_from(AX), DX
	ADDQ ahead_from(AX), CX
	CMPQ CX, ahead_rows(AX)
	JGT  done
	ANDQ $-16, DX
	MOVQ ahead_time(AX), R8
	MOVQ ahead_number(AX), R9
	MOVQ ahead_entity(AX), R10
	MOVQ ahead_attribute(AX), R11
	MOVQ ahead_kind(AX), R12
	MOVQ ahead_quality(AX), R13
	JMP  check

rows:
	PREFETCHT0 (R8)(DX*8)
	PREFETCHT0 (R9)(DX*8)
	PREFETCHT0 64(R8)(DX*8)
	PREFETCHT0 64(R9)(DX*8)
	PREFETCHT0 (R10)(DX*4)
	PREFETCHT0 (R11)(DX*4)
	TESTQ $48, DX
	JNZ on
	PREFETCHT0 (R12)(DX*1)
	PREFETCHT0 (R13)(DX*1)

on:
	ADDQ $16, DX

check:
	CMPQ DX, CX
	JLT  rows

done:
	RET
