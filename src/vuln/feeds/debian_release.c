/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/feeds/debian_release.h"

#include "base/cleanup.h"

static const struct {
	const char *codename, *shard;
} releases[] = {
	{"trixie", "debian-13"}, {"bookworm", "debian-12"}, {"bullseye", "debian-11"},
	{"buster", "debian-10"}, {"sid", "debian-sid"},	    {"forky", "debian-14"},
	{"stretch", "debian-9"}, {"jessie", "debian-8"},    {"wheezy", "debian-7"},
	{"squeeze", "debian-6"}, {"lenny", "debian-5"},	    {"etch", "debian-4"},
	{"duke", "debian-15"},
};

struct str debian_release(struct str codename)
{
	for (size_t i = 0; i < ARRAY_LEN(releases); i++)
		if (str_is(codename, releases[i].codename))
			return str_of(releases[i].shard);
	return STR_NULL;
}
