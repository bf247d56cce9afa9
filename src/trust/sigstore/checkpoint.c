/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/sigstore/checkpoint.h"

#include "base/cleanup.h"
#include "codec/base64.h"

#define SIGNATURE_BYTES_MAX 8192

static int malformed(struct err *err, const char *what)
{
	return err_set(err, ERR_DENIED, "malformed checkpoint of the log: %s", what);
}

static int decode(struct str text, size_t max, struct arena *arena, struct str *ret,
		  struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(max);

	if (text.n % 4 != 0 || base64_decode(text, BASE64_STANDARD, &sb, NULL) < 0)
		return malformed(err, "no base64");
	*ret = arena_str(arena, strbuf_str(&sb));
	return arena_check(arena, err);
}

static int take_signature(struct str line, struct arena *arena, struct checkpoint *c,
			  struct err *err)
{
	struct checkpoint_signature *s = &c->signatures[c->n_signatures];
	struct str text, bytes;
	int r;

	if (c->n_signatures == CHECKPOINT_SIGNATURES_MAX)
		return malformed(err, "too many signatures");
	if (!str_pull_prefix(&line, STR("\xe2\x80\x94 ")) || !str_cut(line, ' ', &s->name, &text) ||
	    s->name.n == 0)
		return malformed(err, "a line that is no signature");
	if ((r = decode(text, SIGNATURE_BYTES_MAX, arena, &bytes, err)) < 0)
		return r;
	if (bytes.n <= 4)
		return malformed(err, "a signature that is too short");
	memcpy(s->hint, bytes.p, 4);
	s->bytes = str_skip(bytes, 4);
	c->n_signatures++;
	return 0;
}

/* Lines end with a line feed alone: nothing that is signed may be read in two ways. */
static bool pull_line(struct str *text, struct str *ret)
{
	size_t end = str_find_char(*text, '\n');

	if (end == text->n)
		return false;
	*ret = str_sub(*text, 0, end);
	*text = str_skip(*text, end + 1);
	return true;
}

static int take_text(struct str text, struct arena *arena, struct checkpoint *c, struct err *err)
{
	struct str size, root;
	int r;

	if (!pull_line(&text, &c->origin) || c->origin.n == 0)
		return malformed(err, "no origin");
	if (!pull_line(&text, &size) || !str_parse_u64(size, &c->size) ||
	    (size.n > 1 && size.p[0] == '0'))
		return malformed(err, "no count of entries");
	if (!pull_line(&text, &root))
		return malformed(err, "no root");
	if ((r = decode(root, 64, arena, &c->root, err)) < 0)
		return r;
	return c->root.n == 32 ? 0 : malformed(err, "the root has not 32 bytes");
}

int checkpoint_parse(struct str envelope, struct arena *arena, struct checkpoint *ret,
		     struct err *err)
{
	size_t gap = str_find(envelope, STR("\n\n"));
	struct str lines = str_skip(envelope, gap + 2), line;
	int r;

	*ret = (struct checkpoint){0};
	if (envelope.n > CHECKPOINT_BYTES_MAX || !str_is_utf8(envelope))
		return malformed(err, "too large, or no text");
	if (gap == envelope.n || lines.n == 0)
		return malformed(err, "no signature");
	ret->text = str_sub(envelope, 0, gap + 1);
	if ((r = take_text(ret->text, arena, ret, err)) < 0)
		return r;
	while (lines.n > 0) {
		if (!pull_line(&lines, &line))
			return malformed(err, "the last line has no end");
		if ((r = take_signature(line, arena, ret, err)) < 0)
			return r;
	}
	return 0;
}

/* Rekor v1 puts a number of the tree behind its name. */
static bool is_origin_of(struct str origin, struct str name)
{
	struct str rest = origin;

	return str_pull_prefix(&rest, name) && (rest.n == 0 || str_has_prefix(rest, STR(" - ")));
}

static bool is_of(const struct checkpoint *c, const struct checkpoint_signature *s,
		  const struct trusted_log *log, bool named)
{
	if (named)
		return str_eq(s->name, log->name) && str_eq(c->origin, log->name) &&
		       memcmp(s->hint, log->named_hint, 4) == 0;
	return is_origin_of(c->origin, s->name) && memcmp(s->hint, log->hint, 4) == 0;
}

int checkpoint_verify(const struct checkpoint *c, const struct trusted_log *log, bool named,
		      struct err *err)
{
	bool found = false;
	int r;

	for (size_t i = 0; i < c->n_signatures; i++) {
		if (!is_of(c, &c->signatures[i], log, named))
			continue;
		r = public_key_verify(log->key, log->scheme, c->text, c->signatures[i].bytes, err);
		if (r < 0)
			return err_wrap(err, r, "the checkpoint of the log");
		found = true;
	}
	return found ? 0
		     : err_set(err, ERR_DENIED,
			       "the checkpoint \"%.*s\" has no signature of the trusted log",
			       STR_FMT(str_sub(c->origin, 0, 80)));
}
