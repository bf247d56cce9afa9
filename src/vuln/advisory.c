/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/advisory.h"

#include "base/cleanup.h"

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
	enum severity severity;
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

enum severity advisory_severity_parse(struct str word)
{
	word = str_trim(word);
	while (word.n && word.p[word.n - 1] == '*')
		word.n--;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq_nocase(word, str_of(words[i].word)))
			return words[i].severity;
	return SEVERITY_UNKNOWN;
}
