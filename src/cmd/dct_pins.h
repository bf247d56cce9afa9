/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options that say which roots of Docker Content Trust to believe: --root-cert, --root-ca.
 *
 * A --root-cert is the id of a key as `plimsoll trust inspect` and notary show it, the SHA-256 of
 * a certificate, or a file with the certificate itself.
 * Ownership: dct_pins_done of what was read. Errors: ERR_USAGE, those of reading.
 */
#pragma once

#include "cmd/command.h"
#include "trust/dct/pin.h"

int dct_pins_read(const struct option_list *certs, const struct option_list *cas, bool tofu,
		  struct arena *arena, struct dct_pins *ret, struct err *err);
void dct_pins_done(struct dct_pins *pins);
