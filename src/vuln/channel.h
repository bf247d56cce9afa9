/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a part of a release speaks of a build: ESM, FIPS, Ksplice, extended streams, extras.
 *
 *     struct channel_build build = {STR("ubuntu-18.04"), STR("openssl"), STR("1.1.1-1ubuntu2.1"),
 *                                   repositories};
 *     channel_weigh(&build, STR("esm-infra"))                     CHANNEL_OFFER
 *
 * Rows without a channel are of the release itself. What the others are to a build:
 *
 *     Ubuntu     Pro's esm, esm-infra, esm-apps, realtime: their fixes are an offer to every
 *                build, which stays vulnerable until it has one. FIPS builds ("+Fips1", ".fips.2",
 *                the source linux-fips) are asked of fips, fips-updates and fips-preview alone,
 *                other builds never.
 *     Oracle     builds of Ksplice (".ksplice1.") and FIPS ("_fips") are asked of these alone.
 *     SUSE       ltss is an offer.
 *     Red Hat    a channel is the CPE of a repository. The repositories of the release itself
 *                ("enterprise_linux:9", "rhel_extras:7") count always. Extended streams (eus, aus,
 *                tus, e4s, els) and products count when the content sets of the image name them,
 *                and then outweigh the release. A build with the tag of a stream ("el9_2") was
 *                made in it: a fix of that stream that it has is one.
 *     Amazon     "extras:kernel-5.10" speaks of kernels 5.10, "extras:docker" of every docker.
 *
 * Everything else counts. Pure; nothing is owned.
 */
#pragma once

#include "base/str.h"

struct channel_build {
	struct str shard;
	struct str name, version;     /* of the source where there is one */
	struct str_list repositories; /* CPEs of the content sets behind "cpe:/a:redhat:"; may be
					 empty: not known */
};

enum channel_weight {
	CHANNEL_SILENT,	  /* says nothing of this build */
	CHANNEL_FIX_ONLY, /* only a fix that the build has counts, and it outweighs the release */
	CHANNEL_OFFER,	  /* counts; a fix takes more than an upgrade */
	CHANNEL_RELEASE,  /* counts */
	CHANNEL_OWN,	  /* counts and outweighs the release */
};

enum channel_weight channel_weigh(const struct channel_build *build, struct str channel);

/* Whether a fix in that channel takes a subscription that the release does not come with. */
bool channel_is_offer(struct str channel);
