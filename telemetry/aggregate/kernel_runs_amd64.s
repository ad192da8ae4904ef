//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// The kernels of runs, four numbers at a time; AVX2. Their twins in Go: sumsOfGo, tallyRunGo,
// climbGo.

// WHOLES makes Y3 the decimals of numbers Y0 at scale Y1, and Y2 ones where they are: of no other
// number. Y6 is toWhole.
#define WHOLES \
	VMULPD Y1, Y0, Y2 \
	VADDPD Y6, Y2, Y2 \
	VPSUBQ Y6, Y2, Y3 \
	VSUBPD Y6, Y2, Y2 \
	VDIVPD Y1, Y2, Y2 \
	VCMPPD $0, Y0, Y2, Y2

// BOUND looks at the four numbers Y0: Y3 are their decimals, which Y10 to Y13 keep the bounds of.
#define BOUND \
	WHOLES \
	VPAND Y2, Y11, Y11 \
	VPADDQ Y7, Y3, Y4 \
	VPOR Y4, Y10, Y10 \
	VPMINSD Y3, Y12, Y12 \
	VPMAXSD Y3, Y13, Y13

// SUM adds the decimals Y3 and their squares.
#define SUM \
	VPADDQ Y3, Y8, Y8 \
	VPMULDQ Y3, Y3, Y3 \
	VPADDQ Y3, Y9, Y9

// ACROSS makes the low lane of X, of four in Y, that of all, by op.
#define ACROSS(op, Y, X) \
	VEXTRACTI128 $1, Y, X2 \
	op X2, X, X \
	VPSHUFD $0x4e, X, X2 \
	op X2, X, X

// The last 0 to 3 lanes of four.
DATA last<>+0(SB)/8, $0
DATA last<>+8(SB)/8, $0
DATA last<>+16(SB)/8, $0
DATA last<>+24(SB)/8, $0
DATA last<>+32(SB)/8, $-1
DATA last<>+40(SB)/8, $-1
DATA last<>+48(SB)/8, $-1
GLOBL last<>(SB), RODATA|NOPTR, $56

// func sumsWide(x []float64, ten float64) (sum int64, sq uint64, lo, hi int64, ok bool)
TEXT ·sumsWide(SB), NOSPLIT, $0-65
	MOVQ x_base+0(FP), SI
	MOVQ x_len+8(FP), CX
	VBROADCASTSD ten+24(FP), Y1
	MOVQ $const_wholeBits, AX
	VMOVQ AX, X6
	VPBROADCASTQ X6, Y6
	MOVQ $const_short, AX
	VMOVQ AX, X7
	VPBROADCASTQ X7, Y7
	VPXOR Y8, Y8, Y8               // sum
	VPXOR Y9, Y9, Y9               // of squares
	VPXOR Y10, Y10, Y10            // bits of decimals, above -short
	VPCMPEQQ Y11, Y11, Y11         // all are decimals
	VPSRLD $1, Y11, Y12            // the least, in the low half of a lane
	VPSLLD $31, Y11, Y13           // the most
	VMOVDQU Y11, Y14               // lanes that count
	LEAQ (SI)(CX*8), DX
	SUBQ $32, DX                   // the last four

four:
	CMPQ SI, DX
	JGE  tail
	VMOVUPD (SI), Y0
	BOUND
	SUM
	ADDQ $32, SI
	JMP  four

	// The last four again, of which only those count that did not.
tail:
	ANDQ $3, CX
	JEQ  whole
	LEAQ last<>(SB), AX
	VMOVDQU (AX)(CX*8), Y14

whole:
	VMOVUPD (DX), Y0
	BOUND
	VPAND Y14, Y3, Y3
	SUM

	ACROSS(VPADDQ, Y8, X8)
	VMOVQ X8, sum+32(FP)
	ACROSS(VPADDQ, Y9, X9)
	VMOVQ X9, sq+40(FP)
	ACROSS(VPMINSD, Y12, X12)
	VMOVD X12, AX
	MOVLQSX AX, AX
	MOVQ AX, lo+48(FP)
	ACROSS(VPMAXSD, Y13, X13)
	VMOVD X13, AX
	MOVLQSX AX, AX
	MOVQ AX, hi+56(FP)
	ACROSS(VPOR, Y10, X10)
	VMOVQ X10, AX
	SHRQ $27, AX
	VMOVMSKPD Y11, BX
	XORL $15, BX
	ORQ  BX, AX
	SETEQ ok+64(FP)
	VZEROUPPER
	RET

// func tallyWide(count []uint16, base int64, x []float64, ten float64) (n int)
TEXT ·tallyWide(SB), NOSPLIT, $0-72
	MOVQ count_base+0(FP), DI
	VPBROADCASTQ count_len+8(FP), Y8
	VPBROADCASTQ base+24(FP), Y9
	MOVQ x_base+32(FP), SI
	MOVQ x_len+40(FP), CX
	VBROADCASTSD ten+56(FP), Y1
	MOVQ $const_wholeBits, AX
	VMOVQ AX, X6
	VPBROADCASTQ X6, Y6
	VPCMPEQQ Y7, Y7, Y7
	VPSLLQ $63, Y7, Y7             // signs: unsigned numbers are compared
	VPXOR Y7, Y8, Y8
	XORQ DX, DX
	SUBQ $3, CX
	JMP  check

four:
	VMOVUPD (SI)(DX*8), Y0
	WHOLES
	VPSUBQ Y9, Y3, Y3
	VPXOR Y7, Y3, Y4
	VPCMPGTQ Y4, Y8, Y4
	VPAND Y4, Y2, Y2
	VMOVMSKPD Y2, AX
	CMPL AX, $15
	JNE  done
	VMOVQ X3, AX
	VPEXTRQ $1, X3, BX
	VEXTRACTI128 $1, Y3, X3
	VMOVQ X3, R8
	VPEXTRQ $1, X3, R9
	INCW (DI)(AX*2)
	INCW (DI)(BX*2)
	INCW (DI)(R8*2)
	INCW (DI)(R9*2)
	ADDQ $4, DX

check:
	CMPQ DX, CX
	JLT  four

done:
	VZEROUPPER
	MOVQ DX, n+64(FP)
	RET

// func climbWide(at []int64, entity []uint32, to int64) (n int)
TEXT ·climbWide(SB), NOSPLIT, $0-64
	MOVQ at_base+0(FP), SI
	MOVQ at_len+8(FP), CX
	MOVQ entity_base+24(FP), DI
	VPBROADCASTQ to+48(FP), Y1
	VPBROADCASTD (DI), X2
	MOVL $1, DX
	SUBQ $3, CX
	JMP  check

four:
	VMOVDQU (SI)(DX*8), Y3
	VMOVDQU -8(SI)(DX*8), Y4
	VPCMPEQD (DI)(DX*4), X2, X5
	VPCMPGTQ Y3, Y4, Y4            // a time that falls
	VPCMPGTQ Y3, Y1, Y3            // before to
	VPMOVSXDQ X5, Y5
	VPAND Y5, Y3, Y3
	VPANDN Y3, Y4, Y3
	VMOVMSKPD Y3, AX
	XORL $15, AX
	JNE  found
	ADDQ $4, DX

check:
	CMPQ DX, CX
	JLT  four
	JMP  done

found:
	BSFL AX, AX
	ADDQ AX, DX

done:
	VZEROUPPER
	MOVQ DX, n+56(FP)
	RET
