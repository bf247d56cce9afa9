/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a text is a licence expression of SPDX: "MIT", "Apache-2.0 OR (GPL-2.0+ AND MIT)",
 * "GPL-2.0-only WITH Classpath-exception-2.0", "LicenseRef-ours".
 *
 * Format: SPDX 2.3, annex D. The identifiers are those of package/spdx_id.h.
 */
#pragma once

#include "base/str.h"

bool licence_expression_is_valid(struct str text);
