/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks a Notary server, or the copies of an earlier time, which digest a tag is signed for.
 *
 *     struct dct_lookup_options o = {.dir = {"/home/me/.docker/trust"}, .gun = gun, .pins = &pins,
 *                                    .server = server, .now = now, .trail = &trail};
 *     r = dct_lookup(&o, STR("1.0"), &claim, &warnings, err);
 *
 * What was verified is kept in Docker's trust directory, as Docker's own client does: that is what
 * older metadata is told by next time.
 *
 * Errors: those of view.h, of the server and of the directory.
 */
#pragma once

#include "trust/dct/server.h"
#include "trust/dct/trust_dir.h"
#include "trust/dct/view.h"

/* Both for one collection; ctx of the store is the place itself. */
struct dct_place {
	struct trust_dir dir;
	struct str gun;
	struct notary_server *server; /* NULL: offline */
};

struct tuf_store dct_place_store(struct dct_place *place);
struct tuf_source dct_place_source(struct dct_place *place); /* only with a server */

struct dct_lookup_options {
	struct trust_dir dir;
	struct str gun;
	const struct str_list *roles; /* NULL: as docker pull */
	const struct dct_pins *pins;
	struct notary_server *server; /* NULL: offline */
	int64_t now;
	struct trail *trail;
};

/* ret_warnings: may be NULL; filled also for a refusal, of which they can tell more. */
int dct_lookup(const struct dct_lookup_options *o, struct str tag, struct claim *ret,
	       struct str_list *ret_warnings, struct err *err);
