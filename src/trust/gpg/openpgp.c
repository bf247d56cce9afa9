/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A packet (RFC 4880 section 4.2):
 *
 *     OFFSET  SIZE  DESCRIPTION
 *     0       1     bit 7 set; bit 6: new form. New: bits 0-5 the tag. Old: bits 2-5 the tag, bits
 *                   0-1 the size of the length: 1, 2, 4 bytes, or none: up to the end
 *     1       0-5   length of the body; in the new form also of a part of it, with more behind
 *     ...           body
 */
#include "trust/gpg/openpgp.h"

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/memory_stream.h"
#include "base/strbuf.h"
#include "codec/base64.h"
#include "codec/decompress.h"
#include "codec/inflate.h"

enum {
	TAG_SIGNATURE = 2,
	TAG_ONE_PASS = 4,
	TAG_SECRET_KEY = 5,
	TAG_PUBLIC_KEY = 6,
	TAG_SECRET_SUBKEY = 7,
	TAG_COMPRESSED = 8,
	TAG_LITERAL = 11,
	TAG_TRUST = 12,
	TAG_USER_ID = 13,
	TAG_PUBLIC_SUBKEY = 14,
	TAG_USER_ATTRIBUTE = 17,
};

enum { RSA = 1, RSA_SIGN_ONLY = 3, DSA = 17, ECDSA = 19, EDDSA = 22 };
enum { PACK_NONE, PACK_ZIP, PACK_ZLIB, PACK_BZIP2 };
enum { RSA_BITS_MIN = 2048 };

/* The first part of a body that comes in parts has at least this many bytes, says the RFC. */
#define FIRST_PART_BYTES 512

struct openpgp_packet {
	unsigned tag;
	struct str whole; /* with its header; empty for one in parts */
	struct str body;
	size_t at; /* offset of its first byte */
};

/* ---- packets ---- */

enum length_kind { LENGTH_EXACT, LENGTH_PART, LENGTH_REST };

static enum length_kind new_length(struct cursor *c, size_t *ret_n)
{
	unsigned first = cursor_u8(c);

	*ret_n = first;
	if (first < 192)
		return LENGTH_EXACT;
	if (first < 224) {
		*ret_n = ((size_t)(first - 192) << 8) + cursor_u8(c) + 192;
		return LENGTH_EXACT;
	}
	if (first == 255) {
		*ret_n = cursor_u32be(c);
		return LENGTH_EXACT;
	}
	*ret_n = (size_t)1 << (first & 31);
	return LENGTH_PART;
}

static enum length_kind old_length(struct cursor *c, unsigned size, size_t *ret_n)
{
	switch (size) {
	case 0:
		*ret_n = cursor_u8(c);
		return LENGTH_EXACT;
	case 1:
		*ret_n = cursor_u16be(c);
		return LENGTH_EXACT;
	case 2:
		*ret_n = cursor_u32be(c);
		return LENGTH_EXACT;
	default:
		*ret_n = cursor_left(c);
		return LENGTH_REST;
	}
}

/* The parts behind the first, joined; the last one says that it is. */
static int join_parts(struct cursor *c, struct str first, struct arena *a, struct str *ret,
		      struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_SIGNATURE_BYTES);
	enum length_kind kind = LENGTH_PART;
	size_t n;

	strbuf_add(&sb, first);
	while (kind == LENGTH_PART && !c->failed) {
		kind = new_length(c, &n);
		strbuf_add(&sb, cursor_take(c, n));
	}
	if (c->failed)
		return err_set(err, ERR_FORMAT, "offset %zu: the packet is cut short", c->at);
	if (strbuf_check(&sb, err) < 0)
		return -(int)sb.error;
	*ret = arena_str(a, strbuf_str(&sb));
	return ret->p ? 0 : err_nomem(err);
}

static bool may_have_parts(unsigned tag)
{
	return tag == TAG_LITERAL || tag == TAG_COMPRESSED;
}

/* 1 and a packet, 0 at the end. */
static int next_packet(struct cursor *c, struct arena *a, struct openpgp_packet *ret,
		       struct err *err)
{
	size_t at = c->at, n = 0;
	enum length_kind kind;
	unsigned first;

	if (cursor_left(c) == 0)
		return 0;
	first = cursor_u8(c);
	if (!(first & 0x80))
		return err_set(err, ERR_FORMAT, "offset %zu: byte 0x%02x starts no OpenPGP packet",
			       at, first);
	ret->at = at;
	ret->tag = first & 0x40 ? first & 63 : (first >> 2) & 15;
	kind = first & 0x40 ? new_length(c, &n) : old_length(c, first & 3, &n);
	if (kind != LENGTH_EXACT && !may_have_parts(ret->tag))
		return err_set(err, ERR_FORMAT,
			       "offset %zu: a packet of type %u must say its length", at, ret->tag);
	if (kind == LENGTH_PART && n < FIRST_PART_BYTES)
		return err_set(err, ERR_FORMAT, "offset %zu: the first part has %zu bytes, not %d",
			       at, n, FIRST_PART_BYTES);
	ret->body = cursor_take(c, n);
	if (c->failed)
		return err_set(err, ERR_FORMAT, "offset %zu: the packet is cut short", at);
	if (kind == LENGTH_PART) {
		int r = join_parts(c, ret->body, a, &ret->body, err);

		if (r < 0)
			return r;
	}
	ret->whole = kind == LENGTH_EXACT ? str_sub(c->bytes, at, c->at - at) : STR_NULL;
	return 1;
}

/* ---- ASCII armour ---- */

#define ARMOUR_BEGIN "-----BEGIN PGP PUBLIC KEY BLOCK-----"
#define ARMOUR_END   "-----END PGP PUBLIC KEY BLOCK-----"

static bool is_armoured(struct str bytes)
{
	return str_has_prefix(str_trim(bytes), STR("-----BEGIN PGP "));
}

/* Version, Comment and such: up to an empty line. */
static bool skip_armour_headers(struct str *text)
{
	struct str line;

	while (str_pull_line(text, &line))
		if (str_is_empty(str_trim(line)))
			return true;
	return false;
}

/* One block's base64. Its checksum protects against slips alone, and is not looked at. */
static int add_armour_block(struct str *text, struct strbuf *out, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf base64 = STRBUF_INIT(LIMIT_KEYRING_BYTES);
	struct str line;

	if (!skip_armour_headers(text))
		return err_set(err, ERR_FORMAT, "the ASCII armour has no empty line in it");
	while (str_pull_line(text, &line)) {
		line = str_trim(line);
		if (str_is(line, ARMOUR_END)) {
			if (strbuf_check(&base64, err) < 0)
				return -(int)base64.error;
			return base64_decode(strbuf_str(&base64), BASE64_STANDARD, out, err);
		}
		if (!str_has_prefix(line, STR("=")))
			strbuf_add(&base64, line);
	}
	return err_set(err, ERR_FORMAT, "the ASCII armour does not end");
}

/* Text around the blocks is a comment, as for gpg. */
static int remove_armour(struct str text, struct arena *a, struct str *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_KEYRING_BYTES);
	struct str line;
	int r;

	while (str_pull_line(&text, &line)) {
		line = str_trim(line);
		if (str_has_prefix(line, STR("-----BEGIN PGP ")) && !str_is(line, ARMOUR_BEGIN))
			return err_set(err, ERR_DENIED,
				       "holds \"%.*s\", where public keys are expected",
				       STR_FMT(line));
		if (!str_is(line, ARMOUR_BEGIN))
			continue;
		r = add_armour_block(&text, &out, err);
		if (r < 0)
			return r;
	}
	*ret = arena_str(a, strbuf_str(&out));
	return ret->p ? 0 : err_nomem(err);
}

/* ---- keys ---- */

struct openpgp_key_block {
	struct str key;	    /* the primary key's packet body: what it is known by */
	struct str packets; /* all of its packets */
};

struct curve {
	struct str oid; /* of DER, without its header */
	unsigned algorithm;
};

static const struct curve curves[] = {
	{{"\x2a\x86\x48\xce\x3d\x03\x01\x07", 8}, ECDSA},     /* P-256 */
	{{"\x2b\x81\x04\x00\x22", 5}, ECDSA},		      /* P-384 */
	{{"\x2b\x81\x04\x00\x23", 5}, ECDSA},		      /* P-521 */
	{{"\x2b\x06\x01\x04\x01\xda\x47\x0f\x01", 9}, EDDSA}, /* Ed25519 */
};

static bool is_known_curve(unsigned algorithm, struct str oid)
{
	for (size_t i = 0; i < ARRAY_LEN(curves); i++)
		if (curves[i].algorithm == algorithm && str_eq(curves[i].oid, oid))
			return true;
	return false;
}

static bool weak(struct str *ret_why, struct str why)
{
	*ret_why = why;
	return true;
}

/* Keys that only encrypt are no matter here; gpg does not let them sign. */
static bool is_weak(struct str body, struct arena *a, struct str *ret_why)
{
	struct cursor c = cursor_make(body);
	unsigned version = cursor_u8(&c), algorithm, bits;

	if (version != 4)
		return weak(ret_why, arena_strf(a, "a key of version %u", version));
	(void)cursor_u32be(&c); /* its date, which gpg judges */
	algorithm = cursor_u8(&c);
	if (algorithm >= RSA && algorithm <= RSA_SIGN_ONLY) {
		bits = cursor_u16be(&c);
		return (bits < RSA_BITS_MIN || c.failed) &&
		       weak(ret_why, arena_strf(a, "RSA of %u bits", bits));
	}
	if (algorithm == ECDSA || algorithm == EDDSA)
		return !is_known_curve(algorithm, cursor_take(&c, cursor_u8(&c))) &&
		       weak(ret_why, STR("an elliptic curve that is not known"));
	if (algorithm == DSA)
		return weak(ret_why, STR("DSA"));
	return weak(ret_why, arena_strf(a, "algorithm %u", algorithm));
}

static void count_weak(struct openpgp_keyring *ring, struct str why)
{
	if (ring->n_weak++ == 0)
		ring->weak = why;
}

static bool is_encryption_only(struct str subkey)
{
	unsigned algorithm = subkey.n > 5 ? (unsigned char)subkey.p[5] : 0;

	return algorithm == 2 || algorithm == 16 || algorithm == 18;
}

static int grow(struct openpgp_keyring *ring, struct arena *a, struct err *err)
{
	size_t cap = ring->cap ? 2 * ring->cap : 8;
	struct openpgp_key_block *bigger;

	if (ring->n < ring->cap)
		return 0;
	if (ring->n >= LIMIT_KEYRING_KEYS)
		return err_set(err, ERR_LIMIT, "more than %d keys (limit keyring_keys)",
			       LIMIT_KEYRING_KEYS);
	bigger = arena_array(a, cap, sizeof *bigger);
	if (!bigger)
		return err_nomem(err);
	if (ring->n)
		memcpy(bigger, ring->blocks, ring->n * sizeof *bigger);
	ring->blocks = bigger;
	ring->cap = cap;
	return 0;
}

static int add_block(struct openpgp_keyring *ring, struct str key, struct str packets,
		     struct arena *a, struct err *err)
{
	int r;

	for (size_t i = 0; i < ring->n; i++) {
		if (!str_eq(ring->blocks[i].key, key))
			continue;
		if (str_eq(ring->blocks[i].packets, packets))
			return 0;
		return err_set(err, ERR_DENIED,
			       "a key is there twice, in different states: one of them may be "
			       "revoked");
	}
	r = grow(ring, a, err);
	if (r < 0)
		return r;
	ring->blocks[ring->n] = (struct openpgp_key_block){key, arena_str(a, packets)};
	if (!ring->blocks[ring->n].packets.p)
		return err_nomem(err);
	ring->n++;
	return 0;
}

/* The block being read: packets of a weak key are dropped up to the next key. */
struct block_draft {
	struct str key; /* empty: none, or a weak one */
	struct strbuf packets;
	bool started, drop;
};

static int end_block(struct openpgp_keyring *ring, struct block_draft *d, struct arena *a,
		     struct err *err)
{
	int r = strbuf_check(&d->packets, err);

	if (r == 0 && d->key.n)
		r = add_block(ring, d->key, strbuf_str(&d->packets), a, err);
	strbuf_reset(&d->packets);
	d->key = STR_NULL;
	return r;
}

static int begin_block(struct openpgp_keyring *ring, struct block_draft *d,
		       const struct openpgp_packet *p, struct arena *a, struct err *err)
{
	int r = end_block(ring, d, a, err);
	struct str why;

	if (r < 0)
		return r;
	d->started = true;
	d->drop = is_weak(p->body, a, &why);
	if (d->drop) {
		count_weak(ring, why);
		return 0;
	}
	d->key = p->body;
	strbuf_add(&d->packets, p->whole);
	return 0;
}

static void take_subkey(struct openpgp_keyring *ring, struct block_draft *d,
			const struct openpgp_packet *p, struct arena *a)
{
	struct str why;

	if (!d->key.n)
		return; /* the primary key was too weak */
	d->drop = is_encryption_only(p->body);
	if (!d->drop && is_weak(p->body, a, &why)) {
		d->drop = true;
		count_weak(ring, why);
	}
	if (!d->drop)
		strbuf_add(&d->packets, p->whole);
}

static int take_key_packet(struct openpgp_keyring *ring, struct block_draft *d,
			   const struct openpgp_packet *p, struct arena *a, struct err *err)
{
	if (p->tag == TAG_SECRET_KEY || p->tag == TAG_SECRET_SUBKEY)
		return err_set(err, ERR_DENIED,
			       "holds a secret key; give the public one alone (gpg --export)");
	if (p->tag == TAG_PUBLIC_KEY)
		return begin_block(ring, d, p, a, err);
	if (!d->started)
		return err_set(err, ERR_FORMAT,
			       "offset %zu: a packet of type %u, where a public key is expected",
			       p->at, p->tag);
	switch (p->tag) {
	case TAG_PUBLIC_SUBKEY:
		take_subkey(ring, d, p, a);
		return 0;
	case TAG_USER_ID:
	case TAG_USER_ATTRIBUTE:
	case TAG_SIGNATURE:
		if (!d->drop)
			strbuf_add(&d->packets, p->whole);
		return 0;
	case TAG_TRUST: /* notes of somebody's gpg, which mean nothing here */
		return 0;
	default:
		return err_set(err, ERR_FORMAT, "offset %zu: a packet of type %u among public keys",
			       p->at, p->tag);
	}
}

static bool is_keybox(struct str bytes)
{
	return str_eq(str_sub(bytes, 8, 4), STR("KBXf"));
}

static int add_packets(struct openpgp_keyring *ring, struct str bytes, struct arena *a,
		       struct err *err)
{
	struct block_draft d = {.packets = STRBUF_INIT(LIMIT_KEYRING_BYTES)};
	struct cursor c = cursor_make(bytes);
	struct openpgp_packet p;
	int r;

	while ((r = next_packet(&c, a, &p, err)) > 0) {
		r = take_key_packet(ring, &d, &p, a, err);
		if (r < 0)
			break;
	}
	if (r == 0)
		r = end_block(ring, &d, a, err);
	if (r == 0 && !d.started)
		r = err_set(err, ERR_DENIED, "holds no public key");
	strbuf_done(&d.packets);
	return r;
}

int openpgp_keyring_add(struct openpgp_keyring *ring, struct str bytes, struct arena *a,
			struct err *err)
{
	int r;

	if (is_keybox(bytes))
		return err_set(err, ERR_UNSUPPORTED,
			       "is a keybox of gpg; write its keys out with gpg --export");
	if (bytes.n > LIMIT_KEYRING_BYTES - ring->n_bytes)
		return err_set(err, ERR_LIMIT, "more than %d bytes of keys (limit keyring_bytes)",
			       LIMIT_KEYRING_BYTES);
	ring->n_bytes += bytes.n;
	if (is_armoured(bytes)) {
		r = remove_armour(bytes, a, &bytes, err);
		if (r < 0)
			return r;
	}
	return add_packets(ring, bytes, a, err);
}

struct str openpgp_keyring_bytes(const struct openpgp_keyring *ring, struct arena *a)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_KEYRING_BYTES);

	for (size_t i = 0; i < ring->n; i++)
		strbuf_add(&sb, ring->blocks[i].packets);
	return strbuf_check(&sb, NULL) < 0 ? STR_NULL : arena_str(a, strbuf_str(&sb));
}

/* ---- messages ---- */

/* What a signature and the one-pass signature before it say of each other. */
struct signature_head {
	unsigned version, type, digest, algorithm;
};

static int parse_signature(const struct openpgp_packet *p, struct signature_head *ret,
			   struct err *err)
{
	struct cursor c = cursor_make(p->body);

	ret->version = cursor_u8(&c);
	if (ret->version != 3 && ret->version != 4)
		return err_set(err, ERR_UNSUPPORTED,
			       "the signature is of version %u; 3 and 4 are known", ret->version);
	if (ret->version == 3 && cursor_u8(&c) != 5)
		return err_set(err, ERR_FORMAT,
			       "offset %zu: a signature of version 3 signs 5 bytes of its own",
			       p->at);
	ret->type = cursor_u8(&c);
	if (ret->version == 3)
		(void)cursor_take(&c, 12); /* its date and the id of the key */
	ret->algorithm = cursor_u8(&c);
	ret->digest = cursor_u8(&c);
	return c.failed ? err_set(err, ERR_FORMAT, "offset %zu: the signature is cut short", p->at)
			: 0;
}

static int parse_one_pass(const struct openpgp_packet *p, struct signature_head *ret,
			  struct err *err)
{
	struct cursor c = cursor_make(p->body);
	unsigned version = cursor_u8(&c), is_last;

	ret->type = cursor_u8(&c);
	ret->digest = cursor_u8(&c);
	ret->algorithm = cursor_u8(&c);
	(void)cursor_take(&c, 8); /* the id of the key: a hint */
	is_last = cursor_u8(&c);
	if (c.failed || version != 3 || cursor_left(&c))
		return err_set(err, ERR_FORMAT, "offset %zu: a broken one-pass signature", p->at);
	if (!is_last)
		return err_set(err, ERR_DENIED,
			       "has more than one signature; which of them counts is not said");
	return 0;
}

static const char *digest_name(unsigned digest)
{
	static const char *const names[] = {NULL, "md5", "sha1",   "ripemd160", NULL,	  NULL,
					    NULL, NULL,	 "sha256", "sha384",	"sha512", "sha224"};

	return digest < ARRAY_LEN(names) && names[digest] ? names[digest] : "unknown";
}

static int judge_signature(const struct signature_head *s, struct err *err)
{
	if (s->type != 0)
		return err_set(err, ERR_DENIED,
			       "is a signature of type 0x%02x; of binary data (0x00) is expected",
			       s->type);
	if (s->digest < 8 || s->digest > 11)
		return err_set(err, ERR_DENIED,
			       "is signed with the digest %s (%u); sha224, sha256, sha384 and "
			       "sha512 count",
			       digest_name(s->digest), s->digest);
	return 0;
}

static int parse_literal(const struct openpgp_packet *p, struct str *ret, struct err *err)
{
	struct cursor c = cursor_make(p->body);
	unsigned format = cursor_u8(&c);

	(void)cursor_take(&c, cursor_u8(&c)); /* a file name */
	(void)cursor_u32be(&c);		      /* a date */
	if (c.failed || (format != 'b' && format != 't' && format != 'u'))
		return err_set(err, ERR_FORMAT, "offset %zu: a broken literal packet", p->at);
	*ret = str_skip(p->body, c.at);
	return 0;
}

static int expect(struct cursor *c, struct arena *a, unsigned tag, const char *what,
		  struct openpgp_packet *ret, struct err *err)
{
	size_t at = c->at;
	int r = next_packet(c, a, ret, err);

	if (r < 0)
		return r;
	if (r == 0)
		return err_set(err, ERR_FORMAT, "offset %zu: ends where %s is expected", at, what);
	if (ret->tag != tag)
		return err_set(err, ERR_FORMAT,
			       "offset %zu: a packet of type %u, where %s is expected", at,
			       ret->tag, what);
	return 0;
}

static int expect_end(const struct cursor *c, struct err *err)
{
	if (cursor_left(c) == 0)
		return 0;
	return err_set(err, ERR_DENIED, "offset %zu: has %zu bytes behind its signature", c->at,
		       cursor_left(c));
}

/* The signature behind a one-pass signature and the literal; or before the literal. */
static int parse_parts(struct cursor *c, const struct openpgp_packet *first, struct arena *a,
		       struct openpgp_message *ret, struct err *err)
{
	struct openpgp_packet literal, signature = *first;
	struct signature_head head = {0}, announced = {0};
	bool one_pass = first->tag == TAG_ONE_PASS;
	int r = one_pass ? parse_one_pass(first, &announced, err) : 0;

	if (r == 0)
		r = expect(c, a, TAG_LITERAL, "signed data", &literal, err);
	if (r == 0 && one_pass)
		r = expect(c, a, TAG_SIGNATURE, "the signature", &signature, err);
	if (r == 0)
		r = expect_end(c, err);
	if (r == 0)
		r = parse_signature(&signature, &head, err);
	if (r == 0 && one_pass &&
	    (head.type != announced.type || head.digest != announced.digest ||
	     head.algorithm != announced.algorithm))
		r = err_set(err, ERR_DENIED, "is not signed as its one-pass signature announces");
	if (r == 0)
		r = judge_signature(&head, err);
	if (r == 0)
		r = parse_literal(&literal, &ret->payload, err);
	if (r < 0)
		return r;
	ret->signature = signature.whole;
	ret->version = head.version;
	ret->digest = head.digest;
	ret->algorithm = head.algorithm;
	return 0;
}

/* ---- packed messages ---- */

static int inflate_all(struct str in, enum inflate_form form, struct strbuf *out, struct err *err)
{
	CLEANUP(inflate_freep) struct inflate *z = NULL;
	char piece[4096];
	size_t before, n;
	int r = inflate_new(&z, err);

	if (r < 0)
		return r;
	inflate_begin(z, form);
	while (!inflate_is_done(z)) {
		before = in.n;
		r = inflate_step(z, &in, piece, sizeof piece, &n, err);
		if (r < 0)
			return r;
		if (n == 0 && in.n == before && !inflate_is_done(z))
			return err_set(err, ERR_FORMAT, "the packed data are cut short");
		strbuf_add_bytes(out, piece, n);
		if (strbuf_check(out, err) < 0)
			return -(int)out->error;
	}
	n = in.n + inflate_ahead(z);
	return n == 0 ? 0 : err_set(err, ERR_DENIED, "has %zu bytes behind its packed data", n);
}

static int unpack_bzip2(struct str in, struct strbuf *out, struct err *err)
{
	CLEANUP(stream_closep) struct stream *plain = NULL;
	struct stream *packed;
	char piece[4096];
	ssize_t n = 1;
	int r = memory_stream_new(in, &packed, err);

	if (r == 0)
		r = decompress_open(packed, COMPRESSION_BZIP2, &plain, err);
	while (r == 0 && n > 0) {
		n = stream_read(plain, piece, sizeof piece, err);
		if (n < 0)
			return (int)n;
		strbuf_add_bytes(out, piece, (size_t)n);
		r = strbuf_check(out, err);
	}
	return r;
}

static int unpack(struct str body, struct strbuf *out, struct err *err)
{
	unsigned how = body.n ? (unsigned char)body.p[0] : 255;
	struct str in = str_skip(body, 1);

	switch (how) {
	case PACK_NONE:
		strbuf_add(out, in);
		return strbuf_check(out, err);
	case PACK_ZIP:
		return inflate_all(in, INFLATE_RAW, out, err);
	case PACK_ZLIB:
		return inflate_all(in, INFLATE_ZLIB, out, err);
	case PACK_BZIP2:
		return unpack_bzip2(in, out, err);
	default:
		return err_set(err, ERR_UNSUPPORTED, "is packed by method %u", how);
	}
}

static int parse_packed(const struct openpgp_packet *p, struct arena *a,
			struct openpgp_packet *ret_first, struct cursor *ret_c, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_SIGNATURE_BYTES);
	struct str plain;
	int r = unpack(p->body, &sb, err);

	if (r == -ERR_LIMIT)
		return err_set(err, ERR_LIMIT,
			       "has more than %d bytes unpacked (limit signature_bytes)",
			       LIMIT_SIGNATURE_BYTES);
	if (r < 0)
		return r;
	plain = arena_str(a, strbuf_str(&sb));
	if (!plain.p)
		return err_nomem(err);
	*ret_c = cursor_make(plain);
	r = next_packet(ret_c, a, ret_first, err);
	return r == 0 ? err_set(err, ERR_FORMAT, "holds nothing") : r;
}

int openpgp_message_parse(struct str blob, struct arena *a, struct openpgp_message *ret,
			  struct err *err)
{
	struct cursor c = cursor_make(blob);
	struct openpgp_packet p;
	int r;

	if (blob.n > LIMIT_SIGNATURE_BYTES)
		return err_set(err, ERR_LIMIT, "has more than %d bytes (limit signature_bytes)",
			       LIMIT_SIGNATURE_BYTES);
	r = next_packet(&c, a, &p, err);
	if (r == 0)
		return err_set(err, ERR_FORMAT, "is empty");
	if (r > 0 && p.tag == TAG_COMPRESSED) {
		r = expect_end(&c, err);
		if (r == 0)
			r = parse_packed(&p, a, &p, &c, err);
	}
	if (r < 0)
		return r;
	if (p.tag != TAG_ONE_PASS && p.tag != TAG_SIGNATURE)
		return err_set(err, ERR_FORMAT,
			       "is no signed message: starts with a packet of type %u", p.tag);
	return parse_parts(&c, &p, a, ret, err);
}

const char *openpgp_scheme_name(unsigned algorithm, unsigned digest)
{
	static const char *const names[4][4] = {
		{"rsa-sha256", "rsa-sha384", "rsa-sha512", "rsa-sha224"},
		{"ecdsa-sha256", "ecdsa-sha384", "ecdsa-sha512", "ecdsa-sha224"},
		{"ed25519-sha256", "ed25519-sha384", "ed25519-sha512", "ed25519-sha224"},
	};
	size_t row = algorithm == ECDSA ? 1 : algorithm == EDDSA ? 2 : 0;

	if (digest < 8 || digest > 11 ||
	    (algorithm != RSA && algorithm != RSA_SIGN_ONLY && algorithm != ECDSA &&
	     algorithm != EDDSA))
		return "unknown";
	return names[row][digest - 8];
}
