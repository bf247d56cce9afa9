/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small TUF repository in memory, whose every part a test can spoil, and the store and source
 * that an update sees of it.
 *
 *     struct repository *r = repository_new(TUF_MODERN);
 *     repository_publish(r);
 *     r->roles[TUF_SNAPSHOT].version = 1; repository_publish(r);     as an attacker would
 *
 * Targets: "a.txt" in targets; "team/b.txt" in the role "team" (Notary: "targets/team").
 */
#pragma once

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "codec/base64.h"
#include "codec/json.h"
#include "crypto/secret_key.h"
#include "trust/canonical_json.h"
#include "trust/tuf/tuf_update.h"
#include "tests/unit/test.h"

#define N_KEYS	   8
#define N_FILES	   512
#define FILE_BYTES 65536
#define NOW	   INT64_C(1800000000) /* 2027-01-15T08:00:00Z */
#define FUTURE	   "2030-01-01T00:00:00Z"
#define PAST	   "2020-01-01T00:00:00Z"

enum { TEAM = TUF_TYPES, N_ROLES };

struct role {
	int64_t version;
	const char *expires;
	int keys[4], n_keys, threshold; /* that the root, or targets, lists */
	int signers[4], n_signers;
};

struct repo_file {
	char name[128];
	char *bytes;
	size_t n;
};

struct repository {
	enum tuf_dialect dialect;
	struct secret_key *keys[N_KEYS];
	char ids[N_KEYS][65], publics[N_KEYS][128];
	struct role roles[N_ROLES];
	bool hashes, consistent, terminating;
	bool hides_team; /* the snapshot does not list it */
	const char *targets, *paths, *prefixes, *delegations, *root_more, *signatures_more;
	const char *delegations_text, *listed_more; /* instead of roles; more in the snapshot */
	const char *type[N_ROLES];		    /* NULL: the right one */
	int64_t listed[N_ROLES]; /* version in the file that lists it; 0: the right one */
	bool wrong_hash[N_ROLES], wrong_length[N_ROLES], broken[N_ROLES];
	/* what is served */
	struct repo_file files[N_FILES];
	size_t n_files, n_asked;
	char asked[256][128];
	/* what the client has */
	struct repo_file kept[N_FILES];
	size_t n_kept;
};

static inline const char *role_name(const struct repository *r, int role)
{
	if (role == TEAM)
		return r->dialect == TUF_MODERN ? "team" : "targets/team";
	return tuf_type_name((enum tuf_type)role);
}

static inline struct repo_file *find_file(struct repo_file *files, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(files[i].name, name) == 0)
			return &files[i];
	return NULL;
}

static inline void put_file(struct repo_file *files, size_t *n, const char *name, struct str bytes)
{
	struct repo_file *f = find_file(files, *n, name);

	if (!f) {
		assert(*n < N_FILES);
		f = &files[(*n)++];
		(void)snprintf(f->name, sizeof f->name, "%s", name);
	}
	free(f->bytes);
	f->bytes = malloc(bytes.n + 1);
	assert(f->bytes);
	memcpy(f->bytes, bytes.p, bytes.n);
	f->n = bytes.n;
}

static inline void remove_file(struct repo_file *files, size_t *n, const char *name)
{
	struct repo_file *f = find_file(files, *n, name);

	if (!f)
		return;
	free(f->bytes);
	*f = files[--*n];
	files[*n] = (struct repo_file){0};
}

/* ---- keys ---- */

static inline void to_hex(const unsigned char *p, size_t n, char *ret)
{
	for (size_t i = 0; i < n; i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", p[i]);
}

static inline void name_key(struct repository *r, int i)
{
	struct strbuf text = STRBUF_INIT(4096), b64 = STRBUF_INIT(256);
	struct str der = public_key_der(secret_key_public(r->keys[i]));
	struct str raw = str_skip(der, der.n - 32);
	struct digest_value v;

	if (r->dialect == TUF_MODERN) {
		to_hex((const unsigned char *)raw.p, raw.n, r->publics[i]);
		strbuf_adds(&text, r->publics[i]);
	} else {
		assert(base64_encode(raw, BASE64_STANDARD, &b64, NULL) == 0);
		(void)snprintf(r->publics[i], sizeof r->publics[i], "%s", strbuf_cstr(&b64));
		strbuf_addf(&text,
			    "{\"keytype\":\"ed25519\",\"keyval\":{\"private\":null,\"public\":"
			    "\"%s\"}}",
			    r->publics[i]);
	}
	assert(digest_of(strbuf_str(&text), &v, NULL) == 0);
	to_hex(v.bytes, 32, r->ids[i]);
	strbuf_done(&text);
	strbuf_done(&b64);
}

static inline struct repository *repository_new(enum tuf_dialect dialect)
{
	struct repository *r = calloc(1, sizeof *r);

	assert(r);
	r->dialect = dialect;
	r->consistent = true;
	r->targets = "a.txt";
	r->paths = dialect == TUF_MODERN ? "\"team/*\"" : "\"team/\"";
	for (int i = 0; i < N_KEYS; i++) {
		assert(secret_key_generate(KEY_ED25519, 0, &r->keys[i], NULL) == 0);
		name_key(r, i);
	}
	for (int i = 0; i < N_ROLES; i++)
		r->roles[i] = (struct role){.version = 1,
					    .expires = FUTURE,
					    .keys = {i},
					    .n_keys = 1,
					    .threshold = 1,
					    .signers = {i},
					    .n_signers = 1};
	return r;
}

static inline void repository_free(struct repository *r)
{
	for (int i = 0; i < N_KEYS; i++)
		secret_key_free(r->keys[i]);
	for (size_t i = 0; i < N_FILES; i++) {
		free(r->files[i].bytes);
		free(r->kept[i].bytes);
	}
	free(r);
}

/* ---- documents ---- */

static inline void add_key(const struct repository *r, struct strbuf *out, int i)
{
	if (r->dialect == TUF_MODERN)
		strbuf_addf(out,
			    "\"%s\":{\"keytype\":\"ed25519\",\"scheme\":\"ed25519\",\"keyval\":"
			    "{\"public\":\"%s\"}}",
			    r->ids[i], r->publics[i]);
	else
		strbuf_addf(out,
			    "\"%s\":{\"keytype\":\"ed25519\",\"keyval\":{\"private\":null,"
			    "\"public\":\"%s\"}}",
			    r->ids[i], r->publics[i]);
}

static inline void add_all_keys(const struct repository *r, struct strbuf *out)
{
	strbuf_adds(out, "\"keys\":{");
	for (int i = 0; i < N_KEYS; i++) {
		strbuf_adds(out, i ? "," : "");
		add_key(r, out, i);
	}
	strbuf_adds(out, "}");
}

static inline void add_signers(const struct repository *r, struct strbuf *out, int role)
{
	strbuf_adds(out, "\"keyids\":[");
	for (int i = 0; i < r->roles[role].n_keys; i++)
		strbuf_addf(out, "%s\"%s\"", i ? "," : "", r->ids[r->roles[role].keys[i]]);
	strbuf_addf(out, "],\"threshold\":%d", r->roles[role].threshold);
}

static inline void add_hash(const struct repository *r, struct strbuf *out, struct str bytes,
			    bool wrong)
{
	struct strbuf b64 = STRBUF_INIT(256);
	struct digest_value v;
	char hex[65];

	assert(digest_of(bytes, &v, NULL) == 0);
	v.bytes[0] ^= wrong;
	to_hex(v.bytes, 32, hex);
	assert(base64_encode(str_make(v.bytes, 32), BASE64_STANDARD, &b64, NULL) == 0);
	strbuf_addf(out, "\"hashes\":{\"sha256\":\"%s\"}",
		    r->dialect == TUF_MODERN ? hex : strbuf_cstr(&b64));
	strbuf_done(&b64);
}

/* The last file of that role that was made. */
static inline const struct repo_file *made(struct repository *r, int role)
{
	char name[128];

	(void)snprintf(name, sizeof name, "latest:%s", role_name(r, role));
	return find_file(r->files, r->n_files, name);
}

static inline void add_listed(struct repository *r, struct strbuf *out, int role)
{
	const struct repo_file *f = made(r, role);
	int64_t version = r->listed[role] ? r->listed[role] : r->roles[role].version;
	bool modern = r->dialect == TUF_MODERN;
	const char *gap = "";

	strbuf_addf(out, "\"%s%s\":{", role_name(r, role), modern ? ".json" : "");
	if (modern) {
		strbuf_addf(out, "\"version\":%" PRId64, version);
		gap = ",";
	}
	if (!modern || r->hashes) {
		strbuf_addf(out, "%s\"length\":%zu,", gap, f->n + r->wrong_length[role]);
		add_hash(r, out, str_make(f->bytes, f->n), r->wrong_hash[role]);
	}
	strbuf_adds(out, "}");
}

static inline void add_root(const struct repository *r, struct strbuf *out)
{
	add_all_keys(r, out);
	strbuf_addf(out, ",\"consistent_snapshot\":%s%s,\"roles\":{",
		    r->consistent ? "true" : "false", r->root_more ? r->root_more : "");
	for (int i = 0; i < TUF_TYPES; i++) {
		strbuf_addf(out, "%s\"%s\":{", i ? "," : "", role_name(r, i));
		add_signers(r, out, i);
		strbuf_adds(out, "}");
	}
	strbuf_adds(out, "}");
}

static inline void add_target(const struct repository *r, struct strbuf *out, const char *name)
{
	assert_non_null(name);
	strbuf_addf(out, "\"targets\":{\"%s\":{\"length\":%zu,", name ? name : "", str_of(name).n);
	add_hash(r, out, str_of(name), false);
	strbuf_adds(out, "}}");
}

static inline void add_delegations(const struct repository *r, struct strbuf *out)
{
	strbuf_adds(out, ",\"delegations\":{");
	add_all_keys(r, out);
	if (r->delegations_text) {
		strbuf_addf(out, ",%s}", r->delegations_text);
		return;
	}
	strbuf_adds(out, ",\"roles\":[");
	if (r->delegations) {
		strbuf_adds(out, r->delegations);
	} else {
		strbuf_addf(out, "{\"name\":\"%s\",", role_name(r, TEAM));
		add_signers(r, out, TEAM);
		if (r->prefixes)
			strbuf_addf(out, ",\"path_hash_prefixes\":[%s]", r->prefixes);
		else
			strbuf_addf(out, ",\"paths\":[%s]", r->paths);
		if (r->dialect == TUF_MODERN)
			strbuf_addf(out, ",\"terminating\":%s", r->terminating ? "true" : "false");
		strbuf_adds(out, "}");
	}
	strbuf_adds(out, "]}");
}

static inline void add_body(struct repository *r, struct strbuf *out, int role)
{
	switch (role) {
	case TUF_ROOT:
		add_root(r, out);
		break;
	case TUF_TIMESTAMP:
		strbuf_adds(out, "\"meta\":{");
		add_listed(r, out, TUF_SNAPSHOT);
		strbuf_adds(out, "}");
		break;
	case TUF_SNAPSHOT:
		strbuf_adds(out, "\"meta\":{");
		add_listed(r, out, TUF_TARGETS);
		if (r->dialect == TUF_NOTARY) {
			strbuf_adds(out, ",");
			add_listed(r, out, TUF_ROOT);
		}
		if (!r->hides_team) {
			strbuf_adds(out, ",");
			add_listed(r, out, TEAM);
		}
		strbuf_addf(out, "%s}", r->listed_more ? r->listed_more : "");
		break;
	case TUF_TARGETS:
		add_target(r, out, r->targets);
		add_delegations(r, out);
		break;
	default:
		add_target(r, out, "team/b.txt");
	}
}

static inline void add_type(const struct repository *r, struct strbuf *out, int role)
{
	const char *type = tuf_type_name(role == TEAM ? TUF_TARGETS : (enum tuf_type)role);

	if (r->type[role])
		type = r->type[role];
	if (r->dialect == TUF_MODERN)
		strbuf_addf(out, "\"_type\":\"%s\",\"spec_version\":\"1.0.31\"", type);
	else
		strbuf_addf(out, "\"_type\":\"%c%s\"", type[0] - 32, type + 1);
}

static inline void add_signature(const struct repository *r, struct strbuf *out, int key,
				 struct str message)
{
	struct strbuf raw = STRBUF_INIT(256), text = STRBUF_INIT(256);

	assert(secret_key_sign(r->keys[key], SIGNATURE_ED25519, message, &raw, NULL) == 0);
	if (r->dialect == TUF_MODERN) {
		for (size_t i = 0; i < raw.n; i++)
			strbuf_addf(&text, "%02x", (unsigned)(unsigned char)raw.p[i]);
		strbuf_addf(out, "{\"keyid\":\"%s\",\"sig\":\"%s\"}", r->ids[key],
			    strbuf_cstr(&text));
	} else {
		assert(base64_encode(strbuf_str(&raw), BASE64_STANDARD, &text, NULL) == 0);
		strbuf_addf(out, "{\"keyid\":\"%s\",\"method\":\"eddsa\",\"sig\":\"%s\"}",
			    r->ids[key], strbuf_cstr(&text));
	}
	strbuf_done(&raw);
	strbuf_done(&text);
}

/* Signs any text of "signed" with these keys. */
static inline void sign_text(const struct repository *r, struct str text, const int *signers,
			     int n_signers, struct strbuf *out)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct strbuf canonical = STRBUF_INIT(FILE_BYTES);

	assert(json_parse(text, &doc, NULL) == 0);
	assert(canonical_json_write(doc, &canonical, NULL) == 0);
	strbuf_adds(out, "{\"signatures\":[");
	for (int i = 0; i < n_signers; i++) {
		strbuf_adds(out, i ? "," : "");
		add_signature(r, out, signers[i], strbuf_str(&canonical));
	}
	strbuf_addf(out, "%s],\n \"signed\":%.*s}\n", r->signatures_more ? r->signatures_more : "",
		    STR_FMT(text));
	strbuf_done(&canonical);
}

static inline void serve_as(struct repository *r, int role, struct str bytes)
{
	const char *name = role_name(r, role);
	char text[128];
	struct digest_value v;

	assert(digest_of(bytes, &v, NULL) == 0);
	(void)snprintf(text, sizeof text, "latest:%s", name);
	put_file(r->files, &r->n_files, text, bytes);
	(void)snprintf(text, sizeof text, "%s.json", name);
	put_file(r->files, &r->n_files, text, bytes);
	if (r->dialect == TUF_MODERN || role == TUF_ROOT) {
		(void)snprintf(text, sizeof text, "%" PRId64 ".%s.json",
			       role < N_ROLES && r->listed[role] ? r->listed[role]
								 : r->roles[role].version,
			       name);
	} else {
		int n = snprintf(text, sizeof text, "%s.", name);

		v.bytes[0] ^= r->wrong_hash[role];
		to_hex(v.bytes, 32, text + n);
		(void)snprintf(text + n + 64, sizeof text - (size_t)n - 64, ".json");
	}
	put_file(r->files, &r->n_files, text, bytes);
}

static inline void repository_make(struct repository *r, int role)
{
	struct strbuf body = STRBUF_INIT(FILE_BYTES), out = STRBUF_INIT(FILE_BYTES);

	strbuf_adds(&body, "{");
	add_type(r, &body, role);
	strbuf_addf(&body, ",\"version\":%" PRId64 ",\"expires\":\"%s\",", r->roles[role].version,
		    r->roles[role].expires);
	add_body(r, &body, role);
	strbuf_adds(&body, "}");
	sign_text(r, strbuf_str(&body), r->roles[role].signers, r->roles[role].n_signers, &out);
	if (r->broken[role])
		out.n /= 2;
	serve_as(r, role, strbuf_str(&out));
	strbuf_done(&body);
	strbuf_done(&out);
}

/* Everything anew, each file with those that it lists. */
static inline void repository_publish(struct repository *r)
{
	static const int order[] = {TUF_ROOT, TEAM, TUF_TARGETS, TUF_SNAPSHOT, TUF_TIMESTAMP};

	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		repository_make(r, order[i]);
}

static inline void repository_next(struct repository *r)
{
	for (int i = 0; i < N_ROLES; i++)
		r->roles[i].version++;
	repository_publish(r);
}

/* ---- what the client sees ---- */

static inline int repository_fetch(void *ctx, const char *name, uint64_t max, struct strbuf *out,
				   struct err *err)
{
	struct repository *r = ctx;
	const struct repo_file *f = find_file(r->files, r->n_files, name);

	if (r->n_asked < ARRAY_LEN(r->asked))
		(void)snprintf(r->asked[r->n_asked++], sizeof r->asked[0], "%s", name);
	if (!f)
		return err_set(err, ERR_NOT_FOUND, "%s: 404", name);
	if (f->n > max)
		return err_set(err, ERR_LIMIT, "%s: longer than %" PRIu64, name, max);
	strbuf_add_bytes(out, f->bytes, f->n);
	return 0;
}

static inline const char *kept_name(struct str role, char buf[128])
{
	(void)snprintf(buf, 128, "%.*s", STR_FMT(role));
	return buf;
}

static inline int kept_load(void *ctx, struct str role, struct strbuf *out, struct err *err)
{
	struct repository *r = ctx;
	char name[128];
	const struct repo_file *f = find_file(r->kept, r->n_kept, kept_name(role, name));

	if (!f)
		return err_set(err, ERR_NOT_FOUND, "%s: not there", name);
	strbuf_add_bytes(out, f->bytes, f->n);
	return 0;
}

static inline int kept_save(void *ctx, struct str role, struct str bytes, struct err *err)
{
	struct repository *r = ctx;
	char name[128];

	(void)err;
	put_file(r->kept, &r->n_kept, kept_name(role, name), bytes);
	return 0;
}

static inline int kept_drop(void *ctx, struct str role, struct err *err)
{
	struct repository *r = ctx;
	char name[128];

	(void)err;
	remove_file(r->kept, &r->n_kept, kept_name(role, name));
	return 0;
}

static inline int64_t kept_version(struct repository *r, int role)
{
	const struct repo_file *f = find_file(r->kept, r->n_kept, role_name(r, role));
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = NULL;

	if (!f)
		return 0;
	assert(tuf_metadata_parse(r->dialect, str_make(f->bytes, f->n), &m, NULL) == 0);
	return m->version;
}

/* The client begins with the root that is served now. */
static inline void repository_trust(struct repository *r)
{
	const struct repo_file *f = made(r, TUF_ROOT);

	put_file(r->kept, &r->n_kept, "root", str_make(f->bytes, f->n));
}

struct client {
	struct arena arena;
	struct trail trail;
	struct tuf_source source;
	struct tuf_store store;
	struct tuf_update_options options;
	struct tuf_update *update;
	struct err err;
};

static inline void client_init(struct client *c, struct repository *r)
{
	*c = (struct client){0};
	arena_init(&c->arena, (size_t)1 << 24);
	c->trail.arena = &c->arena;
	c->source = (struct tuf_source){r, repository_fetch};
	c->store = (struct tuf_store){r, kept_load, kept_save, kept_drop};
	c->options = (struct tuf_update_options){.dialect = r->dialect,
						 .source = &c->source,
						 .store = &c->store,
						 .now = NOW,
						 .trail = &c->trail};
	r->n_asked = 0;
}

static inline void client_done(struct client *c)
{
	tuf_update_free(c->update);
	arena_done(&c->arena);
}

static inline int client_refresh(struct client *c)
{
	int r = tuf_update_new(&c->options, &c->update, &c->err);

	return r < 0 ? r : tuf_update_refresh(c->update, &c->err);
}
