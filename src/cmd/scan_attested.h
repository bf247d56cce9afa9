/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan --use-attested-sbom KEY: the packages are taken from an SBOM that is attached to the image,
 * if the owner of the key has signed it for this very digest, and it is fresh.
 *
 *     if (opt.sbom_key)
 *             return scan_with_attested_sbom(&opt, argc, argv);     an exit status
 *
 * The newest SBOM (CycloneDX or SPDX) that holds is used, by the date it has in itself, which is
 * signed too; one from the future, or older than --attested-sbom-days, is none. The report says
 * whose SBOM it is and that no file was looked at; where there is none, that is told on stderr and
 * the image is scanned as ever. Layers are never read for an SBOM that is used, so what is asked of
 * files (secrets, malware, configuration, waste) ends as NOT ASSESSED.
 */
#pragma once

#include "cmd/scan_command.h"

int scan_with_attested_sbom(const struct scan_options *opt, int argc, const char *const *argv);
