/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantities of Kubernetes: exact numbers with a unit, "500m", "1.5Gi", "2e3".
 *
 *     struct quantity q;
 *     r = quantity_parse(STR("1.5Gi"), &q, err);
 *     quantity_cmp(&q, &other);
 *     if (!quantity_add(&q, &other, &sum)) ...          out of range
 *     s = quantity_print(&q, text);                      canonical: "1536Mi"
 *
 * Values are whole numbers of 10^-9: finer ones are rounded away from zero; those with a binary
 * unit are at most 2^63 - 1, both as in Kubernetes. A result keeps the form of its left operand
 * unless that is zero. Errors: ERR_FORMAT with what was expected, ERR_LIMIT (quantity_bytes) and
 * for a number of more than some 180 digits, which Kubernetes would take. Format:
 * https://pkg.go.dev/k8s.io/apimachinery/pkg/api/resource#Quantity
 */
#pragma once

#include "base/err.h"
#include "expr/big.h"

enum quantity_form {
	QUANTITY_DECIMAL,  /* n u m k M G T P E */
	QUANTITY_BINARY,   /* Ki Mi Gi Ti Pi Ei */
	QUANTITY_EXPONENT, /* e3 */
};

struct quantity {
	struct big nanos; /* of the magnitude */
	bool negative;	  /* never of zero */
	enum quantity_form form;
};

int quantity_parse(struct str s, struct quantity *ret, struct err *err);
struct quantity quantity_of_int(int64_t i);

int quantity_sign(const struct quantity *q);
int quantity_cmp(const struct quantity *a, const struct quantity *b);

/* False when the result is out of range. */
bool quantity_add(const struct quantity *a, const struct quantity *b, struct quantity *ret);
bool quantity_sub(const struct quantity *a, const struct quantity *b, struct quantity *ret);

/* False when it is no whole number or does not fit. */
bool quantity_to_int(const struct quantity *q, int64_t *ret);
double quantity_to_double(const struct quantity *q); /* the nearest */

#define QUANTITY_TEXT_MAX (BIG_TEXT_MAX + 16)
struct str quantity_print(const struct quantity *q, char ret[QUANTITY_TEXT_MAX]);
