//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// The kernels of rows that jump, with all that a row needs in registers. Their twins say in
// Go what they do, to the bit: slotsEvenGo, scatterNarrowGo, scatterFloatsGo, tallyRowsGo.

// LANES puts the arguments where kernels that sum and count look for them. DX counts rows, R13 those
// that are left.
#define LANES \
	MOVQ to_base+0(FP), R8 \
	MOVQ attribute_base+24(FP), SI \
	MOVQ slot_base+48(FP), DI \
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

// FETCH asks, each eighth row, for lines of the rows that come next: of 8 rows of times and
// numbers, of 16 of codes. DX is the row; AX, BX and R15 are lost.
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
	PREFETCHT0 (R15)(BX*4)

// func slotsEven(dst, attribute, entity []uint32, at []int64, row []uint32, by []index, first int64, span, magic uint64)
TEXT ·slotsEven(SB), NOSPLIT, $0-168
	MOVQ dst_base+0(FP), DI
	MOVQ attribute_base+24(FP), SI
	MOVQ entity_base+48(FP), R8
	MOVQ at_base+72(FP), R9
	MOVQ row_base+96(FP), R10
	MOVQ row_len+104(FP), R11
	MOVQ by_base+120(FP), R12
	MOVQ first+144(FP), R13
	MOVQ magic+160(FP), R15
	XORQ BX, BX
	JMP  check

row:
	MOVQ (R9)(BX*8), AX
	SUBQ R13, AX
	CMPQ AX, span+152(FP)
	JCC  miss
	SHRQ $13, AX
	MULQ R15
	MOVL (SI)(BX*4), AX
	MOVL (R8)(BX*4), CX
	SHRQ $16, DX                   // windows from first on
	CMPQ AX, by_len+128(FP)
	JCC  miss
	SHLQ $5, AX
	CMPQ CX, R11
	JCC  miss
	MOVL (R10)(CX*4), CX
	SUBL index_low(R12)(AX*1), DX
	CMPL DX, index_limit(R12)(AX*1)
	JCC  miss
	ADDQ DX, CX
	CMPQ CX, (index_direct+8)(R12)(AX*1)
	JCC  miss
	MOVQ index_direct(R12)(AX*1), DX
	MOVL (DX)(CX*4), CX
	SUBL $1, CX
	JCS  miss
	MOVL CX, (DI)(BX*4)
	INCQ BX

check:
	CMPQ BX, attribute_len+32(FP)
	JLT  row
	RET

miss:
	MOVL $-1, (DI)(BX*4)
	INCQ BX
	JMP  check

// func scatterNarrow(to []decimalStates, attribute, slot []uint32, x []float64, at []int64, left []int32, next *ahead) (n int)
TEXT ·scatterNarrow(SB), NOSPLIT, $0-160
	LANES
	MOVQ $const_wholeBits, R9
	MOVQ R9, X6                    // toWhole
	NEGQ R9
	MOVL $(2*const_narrow), CX
	JMP  check

row:
	FETCH(next+144(FP), fetched)

fetched:
	MOVL (SI)(DX*4), AX
	CMPQ AX, to_len+8(FP)
	JCC  left
	SHLQ $5, AX
	MOVL (DI)(DX*4), BX
	CMPQ BX, (decimalStates_hot+8)(R8)(AX*1)
	JCC  left
	MOVSD (R10)(DX*8), X0
	MOVSD decimalStates_ten(R8)(AX*1), X1
	MOVAPS X0, X2
	MULSD X1, X2
	ADDSD X6, X2
	MOVQ X2, R15
	SUBSD X6, X2
	DIVSD X1, X2
	SHLQ $6, BX
	ADDQ decimalStates_hot(R8)(AX*1), BX
	ADDQ R9, R15                   // the decimal
	LEAQ const_narrow(R15), AX
	CMPQ AX, CX
	JHI  left
	MOVQ R15, AX
	IMULQ AX, AX
	ADDQ hot_sqLo(BX), AX
	JCS  left
	UCOMISD X0, X2
	JNE  left
	JPS  left
	ADDQ R15, hot_sum(BX)
	JOS  undo
	MOVQ AX, hot_sqLo(BX)
	INCQ hot_n(BX)
	MOVQ (R11)(DX*8), AX
	CMPQ R15, hot_min(BX)
	JLT  least

greater:
	CMPQ R15, hot_max(BX)
	JGT  greatest

earlier:
	CMPQ AX, hot_first(BX)
	JLT  first

later:
	CMPQ AX, hot_last(BX)
	JGT  last
	INCQ DX

check:
	CMPQ DX, slot_len+56(FP)
	JLT  row
	MOVQ R13, n+152(FP)
	RET

least:
	MOVQ R15, hot_min(BX)
	JMP  greater

greatest:
	MOVQ R15, hot_max(BX)
	JMP  earlier

first:
	MOVQ AX, hot_first(BX)
	JMP  later

last:
	MOVQ AX, hot_last(BX)
	INCQ DX
	JMP  check

undo:
	SUBQ R15, hot_sum(BX)

left:
	LEAVE
	JMP  check

// func scatterFloats(to []floatStates, attribute, slot []uint32, x []float64, at []int64, left []int32, next *ahead) (n int)
TEXT ·scatterFloats(SB), NOSPLIT, $0-160
	LANES
	MOVQ $0xffe0000000000000, R9   // twice the bits of infinity
	JMP  check

row:
	FETCH(next+144(FP), fetched)

fetched:
	MOVL (SI)(DX*4), AX
	CMPQ AX, to_len+8(FP)
	JCC  left
	SHLQ $6, AX
	ADDQ R8, AX
	MOVL (DI)(DX*4), BX
	CMPQ BX, (floatStates_part+8)(AX)
	JCC  left
	MOVSD (R10)(DX*8), X0
	MOVQ X0, R15
	ADDQ R15, R15
	CMPQ R15, R9
	JCC  left
	MOVQ floatStates_count(AX), R15
	MOVQ (R11)(DX*8), CX
	LEAQ (R15)(BX*4), R15
	SHLQ $6, BX
	ADDQ floatStates_part(AX), BX
	CMPL (R15), $0
	JEQ  fresh

add:
	INCL (R15)
	MOVSD part_s(BX), X1
	MOVAPS X1, X2
	ADDSD X0, X2                   // a = s + v
	MOVAPS X2, X3
	SUBSD X1, X3                   // b = a - s
	MOVAPS X2, X4
	SUBSD X3, X4
	SUBSD X4, X1                   // s - (a - b)
	MOVAPS X0, X5
	SUBSD X3, X5                   // v - b
	ADDSD X5, X1
	ADDSD part_c(BX), X1
	MOVSD X1, part_c(BX)
	MOVSD X2, part_s(BX)
	MOVAPS X0, X5
	SUBSD part_k(BX), X5
	MULSD X5, X5
	ADDSD part_q(BX), X5
	MOVSD X5, part_q(BX)
	UCOMISD part_min(BX), X0
	JCS  least

greater:
	UCOMISD part_max(BX), X0
	JHI  greatest

earlier:
	CMPQ CX, part_first(BX)
	JLT  first

later:
	CMPQ CX, part_last(BX)
	JGT  last
	INCQ DX

check:
	CMPQ DX, slot_len+56(FP)
	JLT  row
	MOVQ R13, n+152(FP)
	RET

fresh:
	XORPS X1, X1
	MOVSD X0, part_k(BX)
	MOVSD X1, part_s(BX)
	MOVSD X1, part_c(BX)
	MOVSD X1, part_q(BX)
	MOVSD X0, part_min(BX)
	MOVSD X0, part_max(BX)
	MOVQ CX, part_first(BX)
	MOVQ CX, part_last(BX)
	JMP  add

least:
	MOVSD X0, part_min(BX)
	JMP  greater

greatest:
	MOVSD X0, part_max(BX)
	JMP  earlier

first:
	MOVQ CX, part_first(BX)
	JMP  later

last:
	MOVQ CX, part_last(BX)
	INCQ DX
	JMP  check

left:
	LEAVE
	JMP  check

// func tallyRows(to []tallyStates, attribute, slot []uint32, x []float64, at []int64, left []int32, next *ahead) (n int)
TEXT ·tallyRows(SB), NOSPLIT, $0-160
	LANES
	MOVQ $const_wholeBits, R9
	MOVQ R9, X6                    // toWhole
	JMP  check

row:
	FETCH(next+144(FP), fetched)

fetched:
	MOVL (SI)(DX*4), AX
	CMPQ AX, to_len+8(FP)
	JCC  left
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
	MOVSD (R10)(DX*8), X0
	MOVSD tallyStates_ten(R8)(AX*1), X1
	MOVAPS X0, X2
	MULSD X1, X2
	ADDSD X6, X2
	MOVQ X2, R15
	SUBSD X6, X2
	DIVSD X1, X2
	SUBQ tally_off(BX), R15
	CMPQ R15, (tally_count+8)(BX)
	JCC  left
	MOVQ tally_count(BX), AX
	MOVQ (R11)(DX*8), CX
	UCOMISD X0, X2
	JNE  left
	JPS  left
	INCW (AX)(R15*2)
	INCQ tally_n(BX)
	CMPQ CX, tally_first(BX)
	JLT  first

later:
	CMPQ CX, tally_last(BX)
	JGT  last
	INCQ DX

check:
	CMPQ DX, slot_len+56(FP)
	JLT  row
	MOVQ R13, n+152(FP)
	RET

first:
	MOVQ CX, tally_first(BX)
	JMP  later

last:
	MOVQ CX, tally_last(BX)
	INCQ DX
	JMP  check

left:
	LEAVE
	JMP  check

// fetch takes two lines of times and numbers at a time, and one of codes.

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
	JMP  check

rows:
	PREFETCHT0 (R8)(DX*8)
	PREFETCHT0 (R9)(DX*8)
	PREFETCHT0 64(R8)(DX*8)
	PREFETCHT0 64(R9)(DX*8)
	PREFETCHT0 (R10)(DX*4)
	PREFETCHT0 (R11)(DX*4)
	ADDQ $16, DX

check:
	CMPQ DX, CX
	JLT  rows

done:
	RET
