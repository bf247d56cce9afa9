/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/secret_stream.h"

#include <stdlib.h>

#include "base/limits.h"
#include "secret/secret_file.h"

#define BLOCKS_KEPT  8	  /* of parts within parts; more are made and released */
#define BINARY_SHARE 256  /* of control characters: one in so many makes it binary */
#define SAMPLE	     64	  /* bytes that are looked at for it, */
#define SAMPLE_STEP  4096 /* of so many */
#define SAMPLE_ALL   1024 /* all of them at the beginning */
#define KEY_RANDOM   0.6  /* a key that looks so may be a secret itself */
#define KEY_LONG     16

struct secret_reader {
	const struct secret_set *set;
	const struct fingerprint_key *key;
	struct secret_scanner *scanner;
	struct secret_verifier *verifier; /* NULL: nobody is asked */
	char *blocks[BLOCKS_KEPT];	  /* free ones */
	size_t n_blocks;
	struct vec finds; /* of the part that ended last */
};

struct secret_stream {
	struct secret_reader *reader;
	char *path;
	bool is_file;	    /* known by what it means: its bytes are gathered */
	struct strbuf file; /* as many as may be */
	bool is_packed;	    /* its inside comes as other parts */
	bool has_lines;	    /* lines of it mean something */
	bool is_cut;
	char *block;	  /* SECRET_BLOCK bytes; NULL: not needed yet */
	size_t n;	  /* in it */
	size_t fresh;	  /* where hits are new: before it they were told with the last block */
	uint64_t at;	  /* of the block in the part */
	uint64_t n_lines; /* ended before the block, */
	uint64_t n_counted_lines; /* and in its first bytes, */
	size_t counted;		  /* so many */
	uint64_t size;		  /* as declared */
	struct vec finds;	  /* struct secret_find */
};

/* ---- the reader ---- */

int secret_reader_new(const struct secret_set *set, const struct fingerprint_key *key,
		      struct secret_reader **ret, struct err *err)
{
	struct secret_reader *reader = calloc(1, sizeof *reader);
	int r;

	if (!reader)
		return err_nomem(err);
	reader->set = set;
	reader->key = key;
	reader->finds = (struct vec)VEC_INIT(struct secret_find, LIMIT_SECRET_FINDS);
	r = secret_scanner_new(set, &reader->scanner, err);
	if (r < 0)
		secret_reader_free(reader);
	else
		*ret = reader;
	return r;
}

void secret_reader_verify(struct secret_reader *reader, struct secret_verifier *verifier)
{
	reader->verifier = verifier;
}

static void free_block(char *block)
{
	if (block)
		explicit_bzero(block, SECRET_BLOCK);
	free(block);
}

void secret_reader_free(struct secret_reader *reader)
{
	if (!reader)
		return;
	for (size_t i = 0; i < reader->n_blocks; i++)
		free_block(reader->blocks[i]);
	secret_scanner_free(reader->scanner);
	vec_done(&reader->finds);
	free(reader);
}

void secret_reader_freep(struct secret_reader **reader)
{
	secret_reader_free(*reader);
}

static char *take_block(struct secret_reader *reader)
{
	return reader->n_blocks ? reader->blocks[--reader->n_blocks] : calloc(1, SECRET_BLOCK);
}

static void give_block(struct secret_reader *reader, char *block)
{
	if (block && reader->n_blocks < BLOCKS_KEPT)
		reader->blocks[reader->n_blocks++] = block;
	else
		free_block(block);
}

/* ---- what a block is ---- */

/* Bytes that no text has: control characters but white space, escape and backspace. */
#define CONTROL_BITS (0xffffffffu & ~(0x3e00u | 1u << 27 | 1u << 8))

static size_t count_controls(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		n += c < ' ' && CONTROL_BITS >> c & 1;
	}
	return n;
}

static enum secret_bytes kind_of(const struct secret_stream *s, struct str text)
{
	size_t seen = text.n < SAMPLE_ALL ? text.n : SAMPLE_ALL;
	size_t n = s->is_packed ? 0 : count_controls(str_sub(text, 0, seen));

	if (s->is_packed || n > seen / BINARY_SHARE)
		return SECRET_BINARY;
	for (size_t at = SAMPLE_STEP; at < text.n; at += SAMPLE_STEP) {
		n += count_controls(str_sub(text, at, SAMPLE));
		seen += SAMPLE;
	}
	return n > seen / BINARY_SHARE ? SECRET_BINARY : SECRET_TEXT;
}

static uint64_t count_lines(struct str text)
{
	uint64_t n = 0;
	size_t at;

	while ((at = str_find_char(text, '\n')) < text.n) {
		text = str_skip(text, at + 1);
		n++;
	}
	return n;
}

/* ---- one hit ---- */

static bool overlaps(const struct secret_hit *hit, struct str key)
{
	return hit->value.p < key.p + key.n && key.p < hit->value.p + hit->value.n;
}

/* A key is shown unless it holds a secret itself, or might. */
static void put_key(struct secret_find *f, const struct secret_hit *hit,
		    const struct secret_hits *hits)
{
	struct str key = str_trim(hit->key);

	if (key.n == 0 || key.n >= sizeof f->key ||
	    (key.n >= KEY_LONG && secret_randomness(key) >= KEY_RANDOM))
		return;
	for (size_t i = 0; i < hits->n; i++)
		if (overlaps(&hits->p[i], key))
			return;
	for (size_t i = 0; i < key.n; i++)
		if ((unsigned char)key.p[i] < ' ' || (unsigned char)key.p[i] > '~')
			return;
	memcpy(f->key, key.p, key.n);
}

/* Hits of a block come in order: each byte is counted once. */
static void put_place(struct secret_stream *s, struct secret_find *f, struct str text, size_t at)
{
	struct str before = str_sub(text, 0, at);
	size_t start = str_rfind_char(before, '\n');

	s->n_counted_lines += count_lines(str_skip(before, s->counted));
	s->counted = at;
	f->line = s->n_lines + s->n_counted_lines + 1;
	if (start < before.n)
		f->column = at - start;
	else if (s->at == 0)
		f->column = at + 1;
}

static struct secret_find *find_equal(const struct vec *finds, const struct secret_find *f)
{
	for (size_t i = 0; i < finds->n; i++) {
		struct secret_find *other = vec_at(finds, i);

		if (other->rule == f->rule && strcmp(other->fingerprint, f->fingerprint) == 0)
			return other;
	}
	return NULL;
}

/* Where the file lies counts too. */
static double sureness(const struct secret_stream *s, const struct secret_hit *hit)
{
	return hit->confidence * secret_path_weight(str_of(s->path), hit);
}

static int add_find(struct secret_stream *s, struct str text, enum secret_bytes kind,
		    const struct secret_hit *hit, const struct secret_hits *hits, struct err *err)
{
	struct secret_find f = {.rule = hit->rule,
				.offset = s->at + hit->at,
				.length = hit->value.n,
				.n_places = 1,
				.confidence = sureness(s, hit)};
	int r = secret_fingerprint(s->reader->key, hit->rule->id, hit->value, f.fingerprint, err);
	struct secret_find *slot;

	if (r == 0)
		r = secret_fingerprint(s->reader->key, STR_NULL, hit->value, f.same, err);
	if (r < 0)
		return r;
	if (s->reader->verifier)
		secret_verifier_add(s->reader->verifier, hit->rule->id, str_of(f.fingerprint),
				    hit->value);
	slot = find_equal(&s->finds, &f);
	if (slot) {
		slot->n_places++;
		if (slot->confidence < f.confidence)
			slot->confidence = f.confidence;
		return 0;
	}
	slot = vec_push(&s->finds);
	if (!slot) {
		s->is_cut = true;
		return 0;
	}
	(void)secret_redact(hit->rule, hit->value, f.redacted);
	put_key(&f, hit, hits);
	if (kind == SECRET_TEXT && s->has_lines)
		put_place(s, &f, text, hit->at);
	*slot = f;
	return 0;
}

/* ---- one block ---- */

/* Hits from `fresh` on that begin before `until` are taken. */
static int scan_block(struct secret_stream *s, struct str text, size_t until, struct err *err)
{
	enum secret_bytes kind = kind_of(s, text);
	struct secret_hits hits = {0};
	int r = text.n ? secret_scan(s->reader->scanner, text, kind, &hits, err) : 0;

	s->is_cut |= hits.is_cut;
	s->counted = s->n_counted_lines = 0;
	for (size_t i = 0; i < hits.n && r == 0; i++)
		if (hits.p[i].at >= s->fresh && hits.p[i].at < until)
			r = add_find(s, text, kind, &hits.p[i], &hits, err);
	return r;
}

/* A full block: its end is the begin of the next one. */
static int turn_block(struct secret_stream *s, struct err *err)
{
	const size_t kept = 2 * SECRET_OVERLAP, dropped = SECRET_BLOCK - kept;
	int r = scan_block(s, str_make(s->block, s->n), SECRET_BLOCK - SECRET_OVERLAP, err);

	s->n_lines += s->has_lines ? count_lines(str_make(s->block, dropped)) : 0;
	memmove(s->block, s->block + dropped, kept);
	s->n = kept;
	s->at += dropped;
	s->fresh = SECRET_OVERLAP;
	return r;
}

/* ---- the file as a whole ---- */

/* Of two at one place the surest stays, of equals what the file means. */
static bool makes_room(struct secret_stream *s, const struct secret_hit *hit)
{
	for (size_t i = 0; i < s->finds.n; i++) {
		struct secret_find *f = vec_at(&s->finds, i);

		if (f->offset >= hit->at + hit->value.n || hit->at >= f->offset + f->length)
			continue;
		if (f->confidence > sureness(s, hit))
			return false;
		*f = *(struct secret_find *)vec_at(&s->finds, s->finds.n - 1);
		vec_cut(&s->finds, s->finds.n - 1);
		i--;
	}
	return true;
}

static int look_at_file(struct secret_stream *s, struct err *err)
{
	struct str bytes = strbuf_str(&s->file);
	enum secret_bytes kind = kind_of(s, bytes);
	bool is_whole = s->at + s->n == bytes.n && s->file.error == ERR_OK;
	struct vec list = VEC_INIT(struct secret_hit, LIMIT_SECRET_HITS);
	struct secret_hits hits;
	int r = secret_file_look(s->reader->set, str_of(s->path), bytes, is_whole, &list, err);

	if (r == -ERR_LIMIT) {
		s->is_cut = true;
		r = 0;
	}
	hits = (struct secret_hits){list.p, list.n, false};
	s->at = s->n_lines = s->counted = s->n_counted_lines = 0;
	for (size_t i = 0; i < hits.n && r == 0; i++)
		if (makes_room(s, &hits.p[i]))
			r = add_find(s, bytes, kind, &hits.p[i], &hits, err);
	vec_done(&list);
	return r;
}

/* ---- one part ---- */

int secret_stream_begin(struct secret_reader *reader, const struct content_part *part,
			struct secret_stream **ret, struct err *err)
{
	struct secret_stream *s = calloc(1, sizeof *s);

	if (!s)
		return err_nomem(err);
	s->path = str_dup(part->path);
	if (!s->path) {
		free(s);
		return err_nomem(err);
	}
	s->reader = reader;
	s->is_file = secret_file_is_wanted(part->path, part->head);
	s->file = (struct strbuf)STRBUF_INIT(LIMIT_SECRET_FILE_BYTES);
	s->size = part->size;
	s->is_packed = part->form == CONTENT_PACKED;
	s->has_lines = part->form == CONTENT_PLAIN ||
		       (part->container && str_has_prefix(str_of(part->container), STR("UTF")));
	s->finds = (struct vec)VEC_INIT(struct secret_find, LIMIT_SECRET_FINDS);
	*ret = s;
	return 0;
}

int secret_stream_data(struct secret_stream *s, struct str piece, struct err *err)
{
	int r = 0;

	if (s->is_file)
		strbuf_add(&s->file, str_sub(piece, 0, s->file.max - s->file.n));
	if (s->at + s->n == 0 && piece.n == s->size && piece.n <= SECRET_BLOCK) {
		r = scan_block(s, piece, piece.n, err);
		s->fresh = s->n = 0;
		s->at = piece.n;
		return r;
	}
	if (!s->block && piece.n)
		s->block = take_block(s->reader);
	if (!s->block && piece.n)
		return err_nomem(err);
	while (piece.n && r == 0) {
		struct str part = str_sub(piece, 0, SECRET_BLOCK - s->n);

		memcpy(s->block + s->n, part.p, part.n);
		s->n += part.n;
		piece = str_skip(piece, part.n);
		if (s->n == SECRET_BLOCK)
			r = turn_block(s, err);
	}
	return r;
}

static void stream_free(struct secret_stream *s)
{
	if (s->file.n)
		explicit_bzero(s->file.p, s->file.n);
	strbuf_done(&s->file);
	give_block(s->reader, s->block);
	free(s->path);
	vec_done(&s->finds);
	free(s);
}

static int by_offset(const void *a, const void *b)
{
	const struct secret_find *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

int secret_stream_end(struct secret_stream *s, struct secret_finds *ret, struct err *err)
{
	struct secret_reader *reader = s->reader;
	int r = ret && s->n ? scan_block(s, str_make(s->block, s->n), s->n, err) : 0;
	struct vec finds = reader->finds;

	if (ret && r == 0 && s->is_file)
		r = look_at_file(s, err);
	vec_sort(&s->finds, by_offset);
	reader->finds = s->finds;
	s->finds = finds;
	if (ret)
		*ret = (struct secret_finds){reader->finds.p, reader->finds.n, s->is_cut};
	stream_free(s);
	return r;
}

int secret_read_text(struct secret_reader *reader, struct str path, struct str text,
		     struct secret_finds *ret, struct err *err)
{
	const struct content_part part = {
		.path = path, .form = CONTENT_PLAIN, .size = text.n, .head = text};
	struct secret_stream *s = NULL;
	int r = secret_stream_begin(reader, &part, &s, err), e;

	if (r < 0)
		return r;
	r = secret_stream_data(s, text, err);
	e = secret_stream_end(s, r == 0 ? ret : NULL, err);
	return r == 0 ? e : r;
}
