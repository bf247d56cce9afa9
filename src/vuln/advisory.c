/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/advisory.h"

#include "base/cleanup.h"

const char *advisory_status_name(enum advisory_status s)
{
	switch (s) {
	case ADVISORY_AFFECTED:
		return "affected";
	case ADVISORY_WILL_NOT_FIX:
		return "will_not_fix";
	case ADVISORY_FIX_DEFERRED:
		return "fix_deferred";
	case ADVISORY_END_OF_LIFE:
		return "end_of_life";
	case ADVISORY_UNDER_INVESTIGATION:
		return "under_investigation";
	case ADVISORY_NOT_AFFECTED:
		return "not_affected";
	}
	return "affected";
}

const char *advisory_severity_name(enum advisory_severity s)
{
	switch (s) {
	case SEVERITY_UNKNOWN:
		return "unknown";
	case SEVERITY_NEGLIGIBLE:
		return "negligible";
	case SEVERITY_LOW:
		return "low";
	case SEVERITY_MEDIUM:
		return "medium";
	case SEVERITY_HIGH:
		return "high";
	case SEVERITY_CRITICAL:
		return "critical";
	}
	return "unknown";
}

const char *advisory_kind_name(enum advisory_kind k)
{
	switch (k) {
	case ADVISORY_VULNERABILITY:
		return "vulnerability";
	case ADVISORY_MALWARE:
		return "malware";
	case ADVISORY_UNMAINTAINED:
		return "unmaintained";
	case ADVISORY_UNSOUND:
		return "unsound";
	case ADVISORY_NOTICE:
		return "notice";
	}
	return "vulnerability";
}

/* Words of NVD, GitHub, Red Hat, SUSE, Ubuntu, Debian, Amazon, Oracle, Photon, Arch. */
static const struct {
	const char *word;
	enum advisory_severity severity;
} words[] = {
	{"critical", SEVERITY_CRITICAL},
	{"crit", SEVERITY_CRITICAL},
	{"urgent", SEVERITY_CRITICAL},
	{"high", SEVERITY_HIGH},
	{"important", SEVERITY_HIGH},
	{"severe", SEVERITY_HIGH},
	{"medium", SEVERITY_MEDIUM},
	{"moderate", SEVERITY_MEDIUM},
	{"low", SEVERITY_LOW},
	{"minor", SEVERITY_LOW},
	{"negligible", SEVERITY_NEGLIGIBLE},
	{"unimportant", SEVERITY_NEGLIGIBLE},
};

enum advisory_severity advisory_severity_parse(struct str word)
{
	word = str_trim(word);
	while (word.n && word.p[word.n - 1] == '*')
		word.n--;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq_nocase(word, str_of(words[i].word)))
			return words[i].severity;
	return SEVERITY_UNKNOWN;
}
