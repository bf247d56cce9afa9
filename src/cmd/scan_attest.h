/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan --attest KEY: the result of the scan, signed and attached to the image.
 *
 *     if (opt.attest)
 *             return scan_with_attestation(&opt, argc, argv);     an exit status
 *
 * The image is scanned in a process of its own; then the report, as the predicate of cosign's kind
 * "vuln", is signed for the very manifest that was scanned (of an index that of the platform), and
 * attached. Then the scan is told as without --attest: what was read is in the cache. Nothing is
 * attested that could not be scanned; a report with parts that were NOT ASSESSED says so itself.
 * Format: cosign specs/COSIGN_VULN_ATTESTATION_SPEC.md.
 */
#pragma once

#include "cmd/scan_command.h"

int scan_with_attestation(const struct scan_options *opt, int argc, const char *const *argv);
