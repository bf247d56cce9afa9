/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/regex_re2.h"

#include <algorithm>
#include <cstring>
#include <new>

#include <re2/re2.h>

struct re2_pattern {
	RE2 re;

	re2_pattern(const re2::StringPiece &pattern, const RE2::Options &options)
	    : re(pattern, options)
	{
	}
};

namespace
{
constexpr int max_spans = 10; /* the whole match and \1 to \9 */

void tell(char *message, size_t cap, const std::string &why)
{
	size_t n = cap ? std::min(cap - 1, why.size()) : 0;

	std::memcpy(message, why.data(), n);
	if (cap)
		message[n] = '\0';
}

struct re2_span span_of(const re2::StringPiece &group, const char *text)
{
	if (!group.data())
		return {-1, 0};
	return {group.data() - text, group.size()};
}
} /* namespace */

enum re2_result re2_compile(const char *pattern, size_t n, int64_t max_memory,
			    struct re2_pattern **ret, char *message, size_t cap)
try {
	RE2::Options options;

	options.set_log_errors(false); /* it would write to stderr */
	options.set_max_mem(max_memory);
	auto *made = new re2_pattern(re2::StringPiece(pattern, n), options);
	if (made->re.ok()) {
		*ret = made;
		return RE2_YES;
	}
	tell(message, cap, made->re.error());
	delete made;
	return RE2_BAD_PATTERN;
} catch (const std::exception &) {
	return RE2_NO_MEMORY;
}

void re2_free(struct re2_pattern *pattern)
{
	delete pattern;
}

int re2_n_groups(const struct re2_pattern *pattern)
{
	return pattern->re.NumberOfCapturingGroups();
}

int re2_n_instructions(const struct re2_pattern *pattern)
{
	return pattern->re.ProgramSize();
}

enum re2_result re2_search(const struct re2_pattern *pattern, const char *text, size_t n,
			   size_t from, struct re2_span *spans, int n_spans)
try {
	re2::StringPiece groups[max_spans];

	n_spans = std::min(n_spans, max_spans);
	if (!text)
		text = ""; /* a group at NULL would look as if it took no part */
	if (!pattern->re.Match(re2::StringPiece(text, n), from, n, RE2::UNANCHORED, groups,
			       n_spans))
		return RE2_NO;
	for (int i = 0; i < n_spans; i++)
		spans[i] = span_of(groups[i], text);
	return RE2_YES;
} catch (const std::exception &) {
	return RE2_NO_MEMORY;
}
