/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a package is the distribution's own: only then do its advisories speak of it.
 *
 * Of rpm packages the VENDOR tag decides, by the list in vendor.c: the words that each distribution
 * writes there. A package without a vendor, or of a distribution that is not in the list, is taken
 * as its own: better a finding too many than silence.
 *
 * A deb does not say who made it. What other vendors' repositories put into versions (1pgdg12,
 * ~ppa1) and maintainers is a hint, no proof: such a package is judged all the same, with a doubt
 * told.
 */
#pragma once

#include "report/report.h"

bool vendor_is_foreign(const struct distro *d, const struct package *p);
bool vendor_is_doubtful(const struct distro *d, const struct package *p);
