/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/dct/lookup.h"

static int load(void *ctx, struct str role, struct strbuf *out, struct err *err)
{
	const struct dct_place *place = ctx;

	return trust_dir_role(&place->dir, place->gun, role, out, err);
}

static int save(void *ctx, struct str role, struct str bytes, struct err *err)
{
	const struct dct_place *place = ctx;

	return trust_dir_put_role(&place->dir, place->gun, role, bytes, err);
}

static int drop(void *ctx, struct str role, struct err *err)
{
	const struct dct_place *place = ctx;

	return trust_dir_drop_role(&place->dir, place->gun, role, err);
}

static int fetch(void *ctx, const char *name, uint64_t max, struct strbuf *out, struct err *err)
{
	struct dct_place *place = ctx;

	return notary_server_get(place->server, str_of(name), max, out, err);
}

struct tuf_store dct_place_store(struct dct_place *place)
{
	return (struct tuf_store){place, load, save, drop};
}

struct tuf_source dct_place_source(struct dct_place *place)
{
	return (struct tuf_source){place, fetch};
}

int dct_lookup(const struct dct_lookup_options *o, struct str tag, struct claim *ret,
	       struct str_list *ret_warnings, struct err *err)
{
	CLEANUP(dct_view_freep) struct dct_view *view = NULL;
	struct dct_place place = {o->dir, o->gun, o->server};
	const struct tuf_store store = dct_place_store(&place);
	const struct tuf_source source = dct_place_source(&place);
	const struct dct_view_options options = {
		.gun = o->gun,
		.roles = o->roles,
		.pins = o->pins,
		.now = o->now,
		.trail = o->trail,
		.source = o->server ? &source : NULL,
		.store = &store,
	};
	int r = dct_view_open(&options, &view, err);

	if (r == 0)
		r = dct_view_find(view, tag, ret, err);
	if (view && ret_warnings)
		*ret_warnings = *dct_view_warnings(view);
	return r;
}
