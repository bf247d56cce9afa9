/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Notary server answers and a trust directory holds: keys, refusals, changes to publish,
 * roots that are to be pinned, metadata that is to be edited. What was read and is written must be
 * read again, as the same.
 */
#include <assert.h>
#include <stdint.h>

#include "base/limits.h"
#include "trust/dct/change.h"
#include "trust/dct/pin.h"
#include "trust/dct/server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_change(struct str in, struct arena *a)
{
	CLEANUP(strbuf_done) struct strbuf once = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(strbuf_done) struct strbuf twice = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct dct_change change;
	struct err err = {0};

	if (dct_change_read(in, a, &change, &err) < 0) {
		assert(err.msg[0]);
		return;
	}
	(void)dct_change_text(&change, a);
	if (dct_change_write(&change, &once, NULL) < 0 ||
	    dct_change_read(strbuf_str(&once), a, &change, NULL) < 0)
		return; /* names that are no UTF-8 are written otherwise */
	assert(dct_change_write(&change, &twice, NULL) < 0 ||
	       str_eq(strbuf_str(&once), strbuf_str(&twice)));
}

static void check_targets(const struct json *body, struct arena *a)
{
	CLEANUP(strbuf_done) struct strbuf once = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(strbuf_done) struct strbuf twice = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(json_freep) struct json *again = NULL;
	struct dct_targets t;

	if (dct_targets_read(body, STR("targets"), a, &t, NULL) < 0)
		return;
	if (dct_targets_write(&t, 0, &once, NULL) == 0 &&
	    json_parse(strbuf_str(&once), &again, NULL) == 0) {
		dct_targets_done(&t);
		if (dct_targets_read(again, STR("targets"), a, &t, NULL) < 0)
			return;
		assert(dct_targets_write(&t, 0, &twice, NULL) < 0 ||
		       str_eq(strbuf_str(&once), strbuf_str(&twice)));
	}
	dct_targets_done(&t);
}

static void check_rest(const struct json *body, struct arena *a)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct dct_snapshot snapshot;
	struct dct_root root;
	struct dct_key key;

	if (dct_key_read(body, a, &key, NULL) == 0)
		assert(key.id.n == 64);
	if (dct_root_read(body, a, &root, NULL) == 0) {
		(void)dct_root_write(&root, 0, &out, NULL);
		dct_root_done(&root);
	}
	if (dct_snapshot_read(body, a, &snapshot, NULL) == 0) {
		(void)dct_snapshot_write(&snapshot, 0, &out, NULL);
		dct_snapshot_done(&snapshot);
	}
}

static void check_root(struct str in, struct arena *a)
{
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *root = NULL;
	const struct dct_pins pins = {.tofu = true};
	struct trail trail = {.arena = a};
	struct dct_root_check check = {
		.gun = STR("a"), .pins = &pins, .now = 1800000000, .trail = &trail};
	struct err err = {0};

	if (tuf_metadata_parse(TUF_NOTARY, in, &root, NULL) < 0 || root->type != TUF_ROOT)
		return;
	if (dct_check_root(&check, NULL, root, &err) < 0)
		assert(err.msg[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(strbuf_done) struct strbuf told = STRBUF_INIT(4096);
	CLEANUP(json_freep) struct json *doc = NULL;
	struct str in = str_make(data, size);
	struct arena arena;
	bool conflict;

	arena_init(&arena, LIMIT_TRUST_ARENA_BYTES);
	check_change(in, &arena);
	check_root(in, &arena);
	notary_server_refusal(in, &told, &conflict);
	if (json_parse(in, &doc, NULL) == 0) {
		check_targets(doc, &arena);
		check_rest(doc, &arena);
	}
	arena_done(&arena);
	return 0;
}
