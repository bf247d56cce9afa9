/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Security databases of apk distributions, in JSON or YAML: Alpine, Wolfi, Chainguard.
 *
 *     {"distroversion": "v3.20", "reponame": "main", "packages": [
 *         {"pkg": {"name": "openssl", "secfixes": {"3.3.2-r0": ["CVE-2024-6119"],
 *                                                  "0": ["CVE-2023-1255"]}}}]}
 *
 * The name is that of the origin package; a fix is in that version and all later ones; version "0":
 * never affected. What is not fixed does not appear. The lists of ids have been written by hand:
 *
 *     "CVE-2016-9932 XSA-200"            one vulnerability: CVE-2016-9932, also XSA-200
 *     "CVE-2017-5715 CVE-2017-5754 XSA-254"     one advisory each; what belongs to which is not
 * said "CVE-????-????? XSA-216"           XSA-216 "CVE_2019-2426", "CVE 2019-2426",
 * "CVE-2017-8073.patch", "CVE-2018-14461 (LDP)" the CVE "wnpa-sec-2018-50", "ZBX-13133",
 * "ALPINE-13661"       as they are
 */
#pragma once

#include "vuln/feeds/draft.h"

/* `shard` is what the path says: nothing in Wolfi's file does. */
int secdb_read(const struct feed_file *file, const char *feed, struct str shard,
	       const struct feed_sink *sink, struct err *err);
