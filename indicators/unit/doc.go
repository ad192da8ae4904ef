// Package unit reads, compares, combines and converts units of measure, so that
// every number on its way to an indicator has one.
//
// # Terms
//
// A code is the text of a unit: kg/{person}. Its dimension is a product of
// bases (kg, m, s, A, K, mol, cd, rad, bit, registered annotations, currencies)
// with small rational exponents; its scale is an exact rational, with a power
// of π for angles. A kind says how figures may be combined: see Kind.
//
// # Syntax
//
// Codes are those of UCUM 2.2, case-sensitive: prefixes, products with ".",
// quotients with "/" (left to right at one precedence; a leading "/" inverts
// the one unit after it), exponents after the symbol, parentheses, integer
// factors, powers of ten (10*3), and annotations in braces.
//
// Here this package says more than UCUM:
//   - A registered annotation is a base unit: kg/{person} is not kg/{household}.
//     UCUM takes annotations as 1. An unregistered one is an error. It stands
//     where a unit stands, not behind one: kg{wet} is an error.
//   - A count may have an integer, a power of ten, or the prefix k or M before
//     it: 100k{person} is a hundred thousand persons.
//   - EUR and the other currencies of ISO 4217 are units, with k, M, G or T:
//     current prices. EUR@2020 is in constant prices of 2020, another dimension;
//     a Deflator leads from one to the other.
//   - m^(1/2) is a root, as square roots of figures need.
//
// Unit.UCUM writes all of these for readers of strict UCUM.
//
// And less: mol and bit are bases and not numbers; logarithmic scales (dB, pH)
// convert only to themselves; an affine scale (Cel, [degF]) stands alone or
// with a number, and K in products. The year "a" and the month "mo" are Julian
// averages, for physics: the period of a rate belongs to the variable.
//
// # Guarantees
//
// Units are immutable, comparable, one word. All arithmetic is exact; a float64
// appears in Convert alone and is rounded once. Results depend on nothing but
// the arguments. Codes may come from anyone: length, nesting, exponents and
// scales have limits (MaxCode and its neighbours), checked before the work.
package unit
