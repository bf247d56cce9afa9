/* SPDX-License-Identifier: Apache-2.0 */
#include "check/image_release.h"

#include "base/cleanup.h"

static const struct {
	const char *id, *codename, *end_of_life;
} releases[] = {
#define DISTRO_RELEASE(release, codename, eol, eol_extended) {release, codename, eol},
#include "inventory/distro_eol.def"
#undef DISTRO_RELEASE
};

/* Images that are a distribution: their tags start with its version. */
static const struct {
	const char *repository, *distro;
} distros[] = {
	{"library/almalinux", "almalinux"}, {"almalinux", "almalinux"},
	{"library/alpine", "alpine"},	    {"library/amazonlinux", "amazonlinux"},
	{"library/centos", "centos"},	    {"library/debian", "debian"},
	{"library/fedora", "fedora"},	    {"library/oraclelinux", "oraclelinux"},
	{"library/rockylinux", "rocky"},    {"rockylinux/rockylinux", "rocky"},
	{"library/ubuntu", "ubuntu"},	    {"opensuse/leap", "opensuse-leap"},
};

static bool find(struct str distro, struct str version, struct image_release *ret)
{
	for (size_t i = 0; version.n && i < ARRAY_LEN(releases); i++) {
		struct str rest = str_of(releases[i].id);

		if (!str_pull_prefix(&rest, distro) || !str_pull_prefix(&rest, STR("-")) ||
		    !str_eq(rest, version))
			continue;
		*ret = (struct image_release){str_of(releases[i].id),
					      str_of(releases[i].end_of_life)};
		return true;
	}
	return false;
}

static bool find_codename(struct str word, struct image_release *ret)
{
	for (size_t i = 0; word.n && i < ARRAY_LEN(releases); i++) {
		if (!str_is(word, releases[i].codename))
			continue;
		*ret = (struct image_release){str_of(releases[i].id),
					      str_of(releases[i].end_of_life)};
		return true;
	}
	return false;
}

/* "3.18.4": as much of it as there is a release for. */
static bool find_version(struct str distro, struct str version, struct image_release *ret)
{
	struct str before, after;

	while (!find(distro, version, ret)) {
		if (!str_rcut(version, '.', &before, &after))
			return false;
		version = before;
	}
	return true;
}

bool image_release_find(struct str repository, struct str tag, struct image_release *ret)
{
	struct str rest = tag, word;
	bool first = true;

	for (; str_pull_until(&rest, '-', &word); first = false) {
		for (size_t i = 0; first && i < ARRAY_LEN(distros); i++)
			if (str_is(repository, distros[i].repository) &&
			    find_version(str_of(distros[i].distro), word, ret))
				return true;
		if (find_codename(word, ret))
			return true;
		if (str_pull_prefix(&word, STR("alpine")) && find_version(STR("alpine"), word, ret))
			return true;
	}
	return false;
}
