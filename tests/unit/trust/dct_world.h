/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A collection of Docker Content Trust that a test makes in memory, good but for what it turns.
 *
 *     struct world w = world_usual();
 *     w.expires[TUF_SNAPSHOT] = NOW;                   one thing that is wrong
 *     world_make(&w);
 *     r = world_look(&w, &pins, "1.0", &claim, &err);
 *     world_done(&w);
 */
#pragma once

#include "base/limits.h"
#include "crypto/secret_key_docker.h"
#include "tests/unit/test.h"
#include "trust/dct/collection.h"
#include "trust/dct/sign.h"

#define GUN	   "example.com/team/app"
#define NOW	   1800000000
#define DAY	   86400
#define FILES_MAX  8
#define DIGEST_ONE "sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"

enum world_key {
	KEY_ROOT,
	KEY_TARGETS,
	KEY_SNAPSHOT,
	KEY_TIMESTAMP,
	KEY_RELEASES,
	KEY_OTHER,
	WORLD_KEYS
};

struct world_file {
	struct str name; /* "targets/releases" */
	struct str bytes;
};

struct world {
	/* what a test turns */
	const char *common_name, *path;
	int64_t expires[TUF_TYPES], releases_expires, cert_from, cert_until;
	enum world_key signer[TUF_TYPES], releases_signer; /* who really signs */
	int64_t targets_threshold;
	bool with_releases, unsigned_releases, plain_root_key;
	const char *tag_in_releases; /* NULL: "2.0" */
	bool stranger_signs;	     /* a second root key, for another name, and it alone signs */
	bool odd_hash;		     /* of the tag: no algorithm that is known */
	void (*make_root)(struct world *w, struct strbuf *pem); /* instead of a certificate */
	const char *missing; /* a file that the source does not have */
	const char *damaged; /* a file with another byte in it */
	/* made */
	struct arena arena;
	struct trail trail;
	struct secret_key *keys[WORLD_KEYS];
	struct dct_key public[WORLD_KEYS];
	struct dct_root root;
	struct dct_targets targets, releases;
	struct dct_snapshot snapshot;
	struct world_file files[FILES_MAX];
	size_t n_files;
	struct str_list warnings;
	struct dct_view *view;
};

static inline struct world world_usual(void)
{
	struct world w = {
		.common_name = GUN,
		.path = "",
		.releases_expires = NOW + 400 * DAY,
		.cert_from = NOW - DAY,
		.cert_until = NOW + 400 * DAY,
		.releases_signer = KEY_RELEASES,
		.targets_threshold = 1,
	};

	w.expires[TUF_ROOT] = w.expires[TUF_TARGETS] = w.expires[TUF_SNAPSHOT] = NOW + 400 * DAY;
	w.expires[TUF_TIMESTAMP] = NOW + 10 * DAY;
	w.signer[TUF_ROOT] = KEY_ROOT;
	w.signer[TUF_TARGETS] = KEY_TARGETS;
	w.signer[TUF_SNAPSHOT] = KEY_SNAPSHOT;
	w.signer[TUF_TIMESTAMP] = KEY_TIMESTAMP;
	return w;
}

static inline void world_done(struct world *w)
{
	dct_view_free(w->view);
	for (int i = 0; i < WORLD_KEYS; i++)
		secret_key_free(w->keys[i]);
	dct_root_done(&w->root);
	dct_targets_done(&w->targets);
	dct_targets_done(&w->releases);
	dct_snapshot_done(&w->snapshot);
	arena_done(&w->arena);
}

static inline void world_keys(struct world *w)
{
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(65536);

	for (int i = 0; i < WORLD_KEYS; i++) {
		assert_int_equal(secret_key_generate(i == KEY_TIMESTAMP ? KEY_ED25519 : KEY_EC_P256,
						     0, &w->keys[i], NULL),
				 0);
		assert_int_equal(
			dct_key_of(secret_key_public(w->keys[i]), &w->arena, &w->public[i], NULL),
			0);
	}
	if (w->plain_root_key)
		return;
	if (w->make_root)
		w->make_root(w, &pem);
	else
		assert_int_equal(secret_key_certify(w->keys[KEY_ROOT], str_of(w->common_name),
						    w->cert_from, w->cert_until, &pem, NULL),
				 0);
	assert_int_equal(dct_key_of_pem(strbuf_str(&pem), &w->arena, &w->public[KEY_ROOT], NULL),
			 0);
}

static inline void world_add(struct world *w, const char *name, struct str body,
			     enum world_key signer, enum world_key named)
{
	CLEANUP(strbuf_done) struct strbuf file = STRBUF_INIT(LIMIT_JSON_BYTES);
	const struct dct_signer one = {w->public[named].id, w->keys[signer]};

	assert_int_equal(dct_sign(body, &one, 1, &file, NULL), 0);
	w->files[w->n_files++] =
		(struct world_file){str_of(name), arena_str(&w->arena, strbuf_str(&file))};
	if (!str_is(str_of(name), "timestamp"))
		assert_int_equal(dct_snapshot_put(&w->snapshot, str_of(name),
						  w->files[w->n_files - 1].bytes, &w->arena, NULL),
				 0);
}

static inline void world_tag(struct dct_targets *t, const char *tag, const char *digest,
			     struct arena *a)
{
	struct dct_target target = {.name = str_of(tag), .length = 528};
	struct digest_value v;

	assert_int_equal(digest_parse(str_of(digest), &v, NULL), 0);
	assert_int_equal(dct_target_set_digest(&target, &v, a, NULL), 0);
	assert_int_equal(dct_targets_put(t, &target, NULL), 0);
}

static inline void world_stranger(struct world *w)
{
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(65536);

	assert_int_equal(secret_key_certify(w->keys[KEY_OTHER], STR("example.com/other"),
					    w->cert_from, w->cert_until, &pem, NULL),
			 0);
	assert_int_equal(dct_key_of_pem(strbuf_str(&pem), &w->arena, &w->public[KEY_OTHER], NULL),
			 0);
	assert_int_equal(dct_key_add(&w->root.keys, &w->public[KEY_OTHER], NULL), 0);
	assert_int_equal(dct_list_add(&w->root.roles[DCT_ROOT].key_ids, w->public[KEY_OTHER].id,
				      &w->arena, NULL),
			 0);
}

static inline void world_root(struct world *w)
{
	static const enum world_key keys[] = {KEY_ROOT, KEY_TARGETS, KEY_SNAPSHOT, KEY_TIMESTAMP};
	CLEANUP(strbuf_done) struct strbuf body = STRBUF_INIT(LIMIT_JSON_BYTES);

	w->root.version = 1;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(dct_key_add(&w->root.keys, &w->public[keys[i]], NULL), 0);
		assert_int_equal(dct_list_add(&w->root.roles[i].key_ids, w->public[keys[i]].id,
					      &w->arena, NULL),
				 0);
	}
	if (w->stranger_signs)
		world_stranger(w);
	w->root.roles[DCT_TARGETS].threshold = w->targets_threshold;
	assert_int_equal(dct_root_write(&w->root, w->expires[TUF_ROOT], &body, NULL), 0);
	world_add(w, "root", strbuf_str(&body), w->stranger_signs ? KEY_OTHER : w->signer[TUF_ROOT],
		  w->stranger_signs ? KEY_OTHER : KEY_ROOT);
}

static inline void world_releases(struct world *w)
{
	CLEANUP(strbuf_done) struct strbuf body = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct dct_role *d = vec_push(&w->targets.delegations);

	*d = (struct dct_role){.name = STR("targets/releases"), .threshold = 1};
	assert_int_equal(dct_list_add(&d->key_ids, w->public[KEY_RELEASES].id, &w->arena, NULL), 0);
	assert_int_equal(dct_list_add(&d->paths, str_of(w->path), &w->arena, NULL), 0);
	assert_int_equal(dct_key_add(&w->targets.keys, &w->public[KEY_RELEASES], NULL), 0);
	if (w->unsigned_releases)
		return;
	w->releases.version = 1;
	world_tag(&w->releases, w->tag_in_releases ? w->tag_in_releases : "2.0",
		  "sha256:d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35",
		  &w->arena);
	assert_int_equal(dct_targets_write(&w->releases, w->releases_expires, &body, NULL), 0);
	world_add(w, "targets/releases", strbuf_str(&body), w->releases_signer, KEY_RELEASES);
}

/* A timestamp has the shape of a snapshot. */
static inline void world_timestamp(struct world *w)
{
	CLEANUP(strbuf_done) struct strbuf body = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(strbuf_done) struct strbuf turned = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct dct_snapshot s;
	struct str before, after;
	size_t at;

	dct_snapshot_init(&s);
	s.version = 1;
	assert_int_equal(dct_snapshot_put(&s, STR("snapshot"), w->files[w->n_files - 1].bytes,
					  &w->arena, NULL),
			 0);
	assert_int_equal(dct_snapshot_write(&s, w->expires[TUF_TIMESTAMP], &body, NULL), 0);
	at = str_find(strbuf_str(&body), STR("\"Snapshot\""));
	before = str_sub(strbuf_str(&body), 0, at);
	after = str_skip(strbuf_str(&body), at + sizeof "\"Snapshot\"" - 1);
	strbuf_add(&turned, before);
	strbuf_adds(&turned, "\"Timestamp\"");
	strbuf_add(&turned, after);
	world_add(w, "timestamp", strbuf_str(&turned), w->signer[TUF_TIMESTAMP], KEY_TIMESTAMP);
	dct_snapshot_done(&s);
}

static inline void world_make(struct world *w)
{
	CLEANUP(strbuf_done) struct strbuf body = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(strbuf_done) struct strbuf snapshot = STRBUF_INIT(LIMIT_JSON_BYTES);

	arena_init(&w->arena, LIMIT_TRUST_ARENA_BYTES);
	w->trail = (struct trail){.arena = &w->arena};
	dct_root_init(&w->root);
	dct_targets_init(&w->targets, STR("targets"));
	dct_targets_init(&w->releases, STR("targets/releases"));
	dct_snapshot_init(&w->snapshot);
	world_keys(w);
	world_root(w);
	if (w->with_releases)
		world_releases(w);
	w->targets.version = 1;
	world_tag(&w->targets, "1.0", DIGEST_ONE, &w->arena);
	if (w->odd_hash)
		dct_targets_find(&w->targets, STR("1.0"))->hashes[0].algorithm = STR("md5");
	assert_int_equal(dct_targets_write(&w->targets, w->expires[TUF_TARGETS], &body, NULL), 0);
	world_add(w, "targets", strbuf_str(&body), w->signer[TUF_TARGETS], KEY_TARGETS);
	w->snapshot.version = 1;
	assert_int_equal(
		dct_snapshot_write(&w->snapshot, w->expires[TUF_SNAPSHOT], &snapshot, NULL), 0);
	world_add(w, "snapshot", strbuf_str(&snapshot), w->signer[TUF_SNAPSHOT], KEY_SNAPSHOT);
	world_timestamp(w);
}

/* "targets/releases.<hex>.json" is asked for. */
static inline int world_fetch(void *ctx, const char *name, uint64_t max, struct strbuf *out,
			      struct err *err)
{
	struct world *w = ctx;

	(void)max;
	for (size_t i = 0; i < w->n_files; i++) {
		struct str asked = str_of(name), file = w->files[i].name;
		bool damaged = w->damaged && str_is(file, w->damaged);

		if (!str_pull_prefix(&asked, file) || asked.p[0] != '.' ||
		    (w->missing && str_is(file, w->missing)))
			continue;
		strbuf_adds(out, damaged ? " " : "{");
		strbuf_add(out, str_skip(w->files[i].bytes, 1));
		return 0;
	}
	return err_set(err, ERR_NOT_FOUND, "%s", name);
}

static inline int world_load(void *ctx, struct str role, struct strbuf *out, struct err *err)
{
	(void)ctx;
	(void)role;
	(void)out;
	return err_set(err, ERR_NOT_FOUND, "none");
}

static inline int world_save(void *ctx, struct str role, struct str bytes, struct err *err)
{
	(void)ctx;
	(void)role;
	(void)bytes;
	(void)err;
	return 0;
}

static inline int world_drop(void *ctx, struct str role, struct err *err)
{
	(void)ctx;
	(void)role;
	(void)err;
	return 0;
}

static inline int world_look(struct world *w, const struct dct_pins *pins, const char *tag,
			     struct claim *ret, struct err *err)
{
	const struct tuf_source source = {w, world_fetch};
	const struct tuf_store store = {w, world_load, world_save, world_drop};
	const struct dct_view_options o = {
		.gun = STR(GUN),
		.pins = pins,
		.now = NOW,
		.trail = &w->trail,
		.source = &source,
		.store = &store,
	};
	int r = dct_view_open(&o, &w->view, err);

	if (r == 0)
		r = dct_view_find(w->view, str_of(tag), ret, err);
	if (w->view)
		w->warnings = *dct_view_warnings(w->view);
	return r;
}
