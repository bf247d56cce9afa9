/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify TARGET --dct: whether the digest that the registry has under a tag is the one that Docker
 * Content Trust says.
 *
 * The Notary server is asked, or with --offline the copies in Docker's trust directory; roots are
 * believed by --root-cert, --root-ca, --tofu, or because Docker or Plimsoll kept one before.
 */
#pragma once

#include "cmd/verify.h"
#include "trust/artifact_store.h"

int verify_dct_image(const struct verify_options *opt, const struct artifact_place *place,
		     struct verification *v, struct err *err);
