/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a package is the distribution's own: only then do its advisories speak of it.
 *
 * Of rpm packages the VENDOR tag decides, by the list in vendor.c: the words that each distribution
 * writes there. A package without a vendor, or of a distribution that is not in the list, is taken
 * as its own: better a finding too many than silence. Other package types do not say who made them.
 */
#pragma once

#include "report/report.h"

bool vendor_is_foreign(const struct distro *d, const struct package *p);
