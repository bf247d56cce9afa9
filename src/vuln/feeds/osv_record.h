/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One record of the OSV schema, as an advisory: what all feeds in this form share.
 *
 *     draft_begin(&d, where);
 *     if (osv_record(doc, &d))
 *             r = draft_end(&d, err);
 *
 * False: the record says nothing about a vulnerable package (a bug fix notice of AlmaLinux, a
 * kernel livepatch of Ubuntu), or is not to be read at all; then the draft is to be dropped.
 *
 * What is done to a record:
 *   identity   of a distribution's own ids ("DEBIAN-CVE-..", "ALSA-..", "USN-..") the CVEs are
 *              `upstream`; where an old record has none, its `aliases`, then the CVEs in `related`.
 *              All others keep their aliases. `related` is never identity of those.
 *   ranges     SEMVER and ECOSYSTEM become intervals, their events ordered by version; GIT is
 *              passed over. An open end takes GHSA's last_known_affected_version_range.
 *   versions   are kept as far as no interval holds them.
 *   severity   the word of the publisher wherever it stands; vectors of the record and of its
 *              packages.
 * Format: https://ossf.github.io/osv-schema/ (1.7)
 */
#pragma once

#include "vuln/feeds/draft.h"

bool osv_record(const struct json *doc, struct draft *d);
