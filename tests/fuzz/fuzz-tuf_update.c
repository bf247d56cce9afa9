/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A repository whose keys are in the attacker's hands: the input says what is signed, this signs
 * it, and a client follows it twice, then asks for targets.
 *
 *     m                               'n': Notary's dialect, 'm': the modern one
 *     2.root.json {"_type":"root",..  a name, a space, and what is "signed", a line each
 *     timestamp.json {..}
 *
 * In a line $I is the id of the key, $K the key, and $0 to $9 length and hashes of the file of
 * that line. A name beginning with '=' is what the store has to begin with. The root that is
 * trusted is made here.
 */
#include <assert.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "crypto/secret_key.h"
#include "trust/canonical_json.h"
#include "trust/tuf/tuf_path.h"
#include "trust/tuf/tuf_update.h"

#define FILES_MAX 24
#define FILE_MAX  ((size_t)1 << 18)
#define NOW	  INT64_C(1800000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char root_text[] =
	"\"version\":1,\"expires\":\"2020-01-01T00:00:00Z\",\"consistent_snapshot\":true,"
	"\"keys\":{\"$I\":$K},\"roles\":{\"root\":{\"keyids\":[\"$I\"],\"threshold\":1},"
	"\"timestamp\":{\"keyids\":[\"$I\"],\"threshold\":1},"
	"\"snapshot\":{\"keyids\":[\"$I\"],\"threshold\":1},"
	"\"targets\":{\"keyids\":[\"$I\"],\"threshold\":1}}}";

struct file {
	struct str name; /* as it is asked for, or the role in the store */
	struct strbuf bytes;
};

struct world {
	enum tuf_dialect dialect;
	struct secret_key *key;
	char public[128], id[65];
	struct file files[FILES_MAX], kept[FILES_MAX];
	size_t n_files, n_kept;
};

static void add_hex(struct strbuf *out, struct str raw)
{
	for (size_t i = 0; i < raw.n; i++)
		strbuf_addf(out, "%02x", (unsigned)(unsigned char)raw.p[i]);
}

static void add_raw(const struct world *w, struct strbuf *out, struct str raw)
{
	if (w->dialect == TUF_MODERN)
		add_hex(out, raw);
	else
		(void)base64_encode(raw, BASE64_STANDARD, out, NULL);
}

static void add_key(const struct world *w, struct strbuf *out)
{
	strbuf_addf(out, "{\"keytype\":\"ed25519\",\"keyval\":{%s\"public\":\"%s\"}%s}",
		    w->dialect == TUF_MODERN ? "" : "\"private\":null,", w->public,
		    w->dialect == TUF_MODERN ? ",\"scheme\":\"ed25519\"" : "");
}

/* The same key each time: a seed of zeros. */
static void open_key(struct world *w)
{
	static const char prefix[] =
		"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
	struct strbuf text = STRBUF_INIT(1024);
	char der[48] = {0};
	struct digest_value v;
	struct str public;

	memcpy(der, prefix, 16);
	assert(secret_key_parse_der(str_make(der, sizeof der), &w->key, NULL) == 0);
	public = public_key_der(secret_key_public(w->key));
	add_raw(w, &text, str_skip(public, public.n - 32));
	(void)snprintf(w->public, sizeof w->public, "%s", strbuf_cstr(&text));
	strbuf_reset(&text);
	add_key(w, &text);
	assert(digest_of(strbuf_str(&text), &v, NULL) == 0);
	strbuf_reset(&text);
	add_hex(&text, str_make(v.bytes, 32));
	(void)snprintf(w->id, sizeof w->id, "%s", strbuf_cstr(&text));
	strbuf_done(&text);
}

static void add_sums(const struct world *w, struct strbuf *out, size_t i)
{
	struct digest_value v;

	if (i >= w->n_files || digest_of(strbuf_str(&w->files[i].bytes), &v, NULL) < 0)
		return;
	strbuf_addf(out, "\"length\":%zu,\"hashes\":{\"sha256\":\"", w->files[i].bytes.n);
	add_raw(w, out, str_make(v.bytes, 32));
	strbuf_adds(out, "\"}");
}

static void expand(const struct world *w, struct str text, struct strbuf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		char next = i + 1 < text.n ? text.p[i + 1] : '\0';

		if (text.p[i] != '$') {
			strbuf_addc(out, text.p[i]);
			continue;
		}
		if (next == 'I')
			strbuf_adds(out, w->id);
		else if (next == 'K')
			add_key(w, out);
		else if (char_is_digit(next))
			add_sums(w, out, (size_t)(next - '0'));
		i++;
	}
}

/* What is no JSON is served as it is. */
static void sign(const struct world *w, struct str text, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf body = STRBUF_INIT(FILE_MAX);
	CLEANUP(strbuf_done) struct strbuf canonical = STRBUF_INIT(FILE_MAX);
	CLEANUP(strbuf_done) struct strbuf raw = STRBUF_INIT(256);
	CLEANUP(json_freep) struct json *doc = NULL;

	expand(w, text, &body);
	if (json_parse(strbuf_str(&body), &doc, NULL) < 0 ||
	    canonical_json_write(doc, &canonical, NULL) < 0 ||
	    secret_key_sign(w->key, SIGNATURE_ED25519, strbuf_str(&canonical), &raw, NULL) < 0) {
		strbuf_add(out, strbuf_str(&body));
		return;
	}
	strbuf_addf(out, "{\"signatures\":[{\"keyid\":\"%s\",\"method\":\"eddsa\",\"sig\":\"",
		    w->id);
	add_raw(w, out, strbuf_str(&raw));
	strbuf_adds(out, "\"}],\"signed\":");
	strbuf_add(out, strbuf_str(&body));
	strbuf_addc(out, '}');
}

static void put(struct file *files, size_t *n, struct str name, struct str bytes)
{
	struct file *f = NULL;

	for (size_t i = 0; i < *n; i++)
		if (str_eq(files[i].name, name))
			f = &files[i];
	if (!f && *n == FILES_MAX)
		return;
	if (!f) {
		f = &files[(*n)++];
		*f = (struct file){.name = {str_dup(name), name.n}};
	}
	strbuf_done(&f->bytes);
	f->bytes = (struct strbuf)STRBUF_INIT(FILE_MAX);
	strbuf_add(&f->bytes, bytes);
}

static void done(struct file *files, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		strbuf_done(&files[i].bytes);
		free((char *)files[i].name.p);
	}
}

static void add_line(struct world *w, struct str line)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(FILE_MAX);
	struct str name, text;

	if (!str_cut(line, ' ', &name, &text))
		return;
	sign(w, text, &out);
	if (str_pull_prefix(&name, STR("=")))
		put(w->kept, &w->n_kept, name, strbuf_str(&out));
	else
		put(w->files, &w->n_files, name, strbuf_str(&out));
}

static void add_root(struct world *w)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(FILE_MAX);
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(FILE_MAX);

	strbuf_adds(&text, w->dialect == TUF_MODERN
				   ? "{\"_type\":\"root\",\"spec_version\":\"1.0\","
				   : "{\"_type\":\"Root\",");
	strbuf_adds(&text, root_text);
	sign(w, strbuf_str(&text), &out);
	put(w->kept, &w->n_kept, STR("root"), strbuf_str(&out));
}

static const struct file *find(const struct file *files, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(files[i].name, name))
			return &files[i];
	return NULL;
}

/* The hash in a name of Notary's is nothing that an input could know: "snapshot.<hash>.json". */
static struct str without_hash(struct str name, char buf[128])
{
	struct str role, hash, suffix;

	if (!str_rcut(name, '.', &role, &suffix) || !str_rcut(role, '.', &role, &hash) ||
	    hash.n != 64 || role.n > 100)
		return name;
	return str_make(buf, (size_t)snprintf(buf, 128, "%.*s.json", STR_FMT(role)));
}

static int fetch(void *ctx, const char *name, uint64_t max, struct strbuf *out, struct err *err)
{
	const struct world *w = ctx;
	char buf[128];
	const struct file *f = find(w->files, w->n_files, without_hash(str_of(name), buf));

	if (!f)
		return err_set(err, ERR_NOT_FOUND, "%s", name);
	if (f->bytes.n > max)
		return err_set(err, ERR_LIMIT, "%s", name);
	strbuf_add(out, strbuf_str(&f->bytes));
	return 0;
}

static int load(void *ctx, struct str role, struct strbuf *out, struct err *err)
{
	const struct world *w = ctx;
	const struct file *f = find(w->kept, w->n_kept, role);

	if (!f)
		return err_set(err, ERR_NOT_FOUND, "not there");
	strbuf_add(out, strbuf_str(&f->bytes));
	return 0;
}

static int save(void *ctx, struct str role, struct str bytes, struct err *err)
{
	struct world *w = ctx;

	(void)err;
	put(w->kept, &w->n_kept, role, bytes);
	return 0;
}

static int drop(void *ctx, struct str role, struct err *err)
{
	struct world *w = ctx;
	struct file *f = (struct file *)find(w->kept, w->n_kept, role);

	(void)err;
	if (f)
		strbuf_reset(&f->bytes); /* as good as gone */
	return 0;
}

static void ask(struct tuf_update *u, struct str path)
{
	CLEANUP(strbuf_done) struct strbuf address = STRBUF_INIT(4096);
	struct tuf_target target;
	struct err err = {0};
	int r = tuf_update_find(u, path, &target, &err);

	assert(r == 0 || (err.code != ERR_OK && err.msg[0]));
	if (r < 0)
		return;
	assert(str_eq(target.file->name, path) && target.metadata->expires > NOW);
	(void)tuf_update_address(u, target.file, &address, NULL);
}

static int64_t follow(struct world *w)
{
	struct arena arena;
	struct trail trail = {.arena = &arena};
	const struct tuf_source source = {w, fetch};
	const struct tuf_store store = {w, load, save, drop};
	const struct tuf_update_options o = {.dialect = w->dialect,
					     .source = &source,
					     .store = &store,
					     .now = NOW,
					     .trail = &trail};
	struct tuf_update *u = NULL;
	struct err err = {0};
	int64_t version = 0;
	int r;

	arena_init(&arena, (size_t)1 << 24);
	r = tuf_update_new(&o, &u, &err);
	if (r == 0)
		r = tuf_update_refresh(u, &err);
	assert((r == 0) == (trail.failed == NULL));
	assert(r == 0 || (err.code != ERR_OK && err.msg[0]));
	for (int i = 0; i < TUF_TYPES && r == 0; i++)
		assert(tuf_update_trusted(u, (enum tuf_type)i)->expires > NOW);
	if (r == 0) {
		version = tuf_update_trusted(u, TUF_ROOT)->version;
		ask(u, STR("a.txt"));
		ask(u, STR("team/b.txt"));
	}
	tuf_update_free(u);
	arena_done(&arena);
	return version;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_make(data, size), line;
	struct world w = {0};
	int64_t first;

	if (!str_pull_line(&in, &line))
		return 0;
	w.dialect = str_is(line, "n") ? TUF_NOTARY : TUF_MODERN;
	open_key(&w);
	add_root(&w);
	while (str_pull_line(&in, &line))
		add_line(&w, line);
	first = follow(&w);
	assert(follow(&w) >= first); /* roots never go back */
	done(w.files, w.n_files);
	done(w.kept, w.n_kept);
	secret_key_free(w.key);
	return 0;
}
