/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RE2 with a face of C: the only header that both C and C++ of ours include, so it uses plain
 * types.
 *
 * Everything else includes expr/regex.h. Functions never throw: what C++ throws becomes a result.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct re2_pattern;

struct re2_span {
	ptrdiff_t at; /* byte offset in the text, -1: this group took no part */
	size_t n;
};

enum re2_result { RE2_NO, RE2_YES, RE2_BAD_PATTERN, RE2_NO_MEMORY };

/* RE2_YES, or the reason in `message` (NUL-terminated, cut to cap) with RE2_BAD_PATTERN. */
enum re2_result re2_compile(const char *pattern, size_t n, int64_t max_memory,
			    struct re2_pattern **ret, char *message, size_t cap);
void re2_free(struct re2_pattern *pattern);

/* Groups of parentheses; instructions of the compiled pattern. */
int re2_n_groups(const struct re2_pattern *pattern);
int re2_n_instructions(const struct re2_pattern *pattern);

/* The leftmost match that starts at or behind `from`; n_spans may be 0 (faster). */
enum re2_result re2_search(const struct re2_pattern *pattern, const char *text, size_t n,
			   size_t from, struct re2_span *spans, int n_spans);

#ifdef __cplusplus
}
#endif
