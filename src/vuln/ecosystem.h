/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an advisory belongs: the one place that turns names of ecosystems into names of shards.
 *
 *     struct ecosystem e;
 *     ecosystem_of_osv(STR("Ubuntu:Pro:18.04:LTS"), &e)     shard "ubuntu-18.04", channel "esm"
 *     ecosystem_of_distro("rocky", "9.3", &e)               shard "rocky-9"
 *
 * A shard is a file name and holds one ordering of versions: lower case, "<key>" for a language or
 * a rolling distribution, "<key>-<release>" for the others. Its key is that of inventory/distro.h.
 * Channels are parts of a release that a machine has or has not: "esm", "esm-infra", "fips",
 * "fips-updates", "fips-preview", "realtime"; for Red Hat the CPE of the repository behind its
 * vendor, "rhel_eus:9.2::appstream" (without "cpe:/a:redhat:"); for SUSE the module or product.
 * Format: https://ossf.github.io/osv-schema/#defined-ecosystems
 */
#pragma once

#include "base/str.h"

#define ECOSYSTEM_NAME_MAX 128 /* bytes of a shard or channel with its NUL */

struct ecosystem {
	char shard[ECOSYSTEM_NAME_MAX];
	char channel[ECOSYSTEM_NAME_MAX]; /* "": the release itself */
};

/*
 * "Debian:12", "Alpine:v3.20", "npm", "Rocky Linux:9", "Red Hat:enterprise_linux:9::appstream".
 * False for an ecosystem that is not known, or a distribution without a release.
 */
bool ecosystem_of_osv(struct str name, struct ecosystem *ret);

/*
 * A distribution by its key ("debian", "rhel", "amazonlinux") and release as they stand in its
 * shard: "12", "3.20". False when that makes no name of a shard (other bytes than letters, digits,
 * '.', '_', '-', '+', or too long).
 */
bool ecosystem_of_distro(struct str key, struct str release, struct ecosystem *ret);

/* The shard of a language's packages: "golang" is "go", "gem" is "gem"; NULL: none. */
const char *ecosystem_of_purl_type(struct str type);

/* Whether the bytes are a shard's name: the names of feeds reach the file system as these only. */
bool ecosystem_is_shard(struct str shard);

/*
 * How the shard's versions are ordered, by the name of the scheme (package/version.h): "debian",
 * "redhat", "alpine", "npm", ...; NULL when that is not known.
 */
const char *ecosystem_scheme(struct str shard);

/* Whether it is a release of a distribution; false: a language's packages. */
bool ecosystem_is_distribution(struct str shard);
