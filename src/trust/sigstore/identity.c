/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/sigstore/identity.h"

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/strbuf.h"
#include "expr/regex.h"

#define PATTERN_BYTES_MAX 65536
#define ISSUER_OLD	  "1.3.6.1.4.1.57264.1.1"
#define ISSUER		  "1.3.6.1.4.1.57264.1.8"

/* The values of the first ones are the text itself, of the others a UTF8String in DER. */
static const struct extension {
	const char *oid, *name;
	bool is_raw;
} extensions[] = {
	{"1.3.6.1.4.1.57264.1.2", "github-workflow-trigger", .is_raw = true},
	{"1.3.6.1.4.1.57264.1.3", "github-workflow-sha", .is_raw = true},
	{"1.3.6.1.4.1.57264.1.4", "github-workflow-name", .is_raw = true},
	{"1.3.6.1.4.1.57264.1.5", "github-workflow-repository", .is_raw = true},
	{"1.3.6.1.4.1.57264.1.6", "github-workflow-ref", .is_raw = true},
	{.oid = "1.3.6.1.4.1.57264.1.9", .name = "build-signer-uri"},
	{.oid = "1.3.6.1.4.1.57264.1.10", .name = "build-signer-digest"},
	{.oid = "1.3.6.1.4.1.57264.1.11", .name = "runner-environment"},
	{.oid = "1.3.6.1.4.1.57264.1.12", .name = "source-repository-uri"},
	{.oid = "1.3.6.1.4.1.57264.1.13", .name = "source-repository-digest"},
	{.oid = "1.3.6.1.4.1.57264.1.14", .name = "source-repository-ref"},
	{.oid = "1.3.6.1.4.1.57264.1.15", .name = "source-repository-identifier"},
	{.oid = "1.3.6.1.4.1.57264.1.16", .name = "source-repository-owner-uri"},
	{.oid = "1.3.6.1.4.1.57264.1.17", .name = "source-repository-owner-identifier"},
	{.oid = "1.3.6.1.4.1.57264.1.18", .name = "build-config-uri"},
	{.oid = "1.3.6.1.4.1.57264.1.19", .name = "build-config-digest"},
	{.oid = "1.3.6.1.4.1.57264.1.20", .name = "build-trigger"},
	{.oid = "1.3.6.1.4.1.57264.1.21", .name = "run-invocation-uri"},
	{.oid = "1.3.6.1.4.1.57264.1.22", .name = "source-repository-visibility"},
	{.oid = "1.3.6.1.4.1.57264.1.23", .name = "deployment-environment"},
	{.oid = "1.3.6.1.4.1.57264.1.24", .name = "token-subject"},
};

/* UTF8String: 12, a length in its shortest form, the bytes; nothing behind. */
static bool read_utf8_string(struct str der, struct str *ret)
{
	struct cursor c = cursor_make(der);
	size_t n, n_bytes;

	if (cursor_u8(&c) != 12)
		return false;
	n = cursor_u8(&c);
	if (n >= 0x80) {
		n_bytes = n & 0x7f;
		if (n_bytes < 1 || n_bytes > 3)
			return false;
		n = cursor_uint_(&c, n_bytes, true);
		if (n < 0x80 || n >> 8 * (n_bytes - 1) == 0)
			return false;
	}
	*ret = cursor_take(&c, n);
	return !c.failed && cursor_left(&c) == 0;
}

/* False in *ret_there: the certificate has no such extension. */
static int read_extension(const struct certificate *leaf, const char *oid, bool is_raw,
			  struct str *ret, bool *ret_there, struct err *err)
{
	struct str value;

	*ret_there = certificate_extension(leaf, oid, &value, NULL);
	if (!*ret_there)
		return 0;
	if (!is_raw && !read_utf8_string(value, &value))
		return err_set(err, ERR_FORMAT, "extension %s of the certificate is malformed",
			       oid);
	if (!str_is_utf8(value) || str_find_char(value, '\0') < value.n)
		return err_set(err, ERR_FORMAT, "extension %s of the certificate is no text", oid);
	*ret = value;
	return 0;
}

static int take_issuer(const struct certificate *leaf, struct identity *who, struct err *err)
{
	struct str old = STR_NULL, issuer = STR_NULL;
	bool has_old, has_issuer;
	int r;

	if ((r = read_extension(leaf, ISSUER_OLD, true, &old, &has_old, err)) < 0 ||
	    (r = read_extension(leaf, ISSUER, false, &issuer, &has_issuer, err)) < 0)
		return r;
	if (has_old && has_issuer && !str_eq(old, issuer))
		return err_set(err, ERR_DENIED, "the certificate names two issuers of identities");
	who->issuer = has_issuer ? issuer : old;
	return who->issuer.n ? 0
			     : err_set(err, ERR_DENIED,
				       "the certificate names no issuer of the identity");
}

static int take_name(const struct certificate *leaf, struct identity *who, struct err *err)
{
	struct certificate_name name;

	if (certificate_name_count(leaf) != 1)
		return err_set(err, ERR_DENIED, "the certificate has %zu identities instead of one",
			       certificate_name_count(leaf));
	name = certificate_name_at(leaf, 0);
	if (name.kind == CERTIFICATE_NAME_DNS || name.kind == CERTIFICATE_NAME_OTHER ||
	    name.value.n == 0)
		return err_set(err, ERR_DENIED,
			       "the identity of the certificate is no URI, e-mail address or user "
			       "name");
	who->name = name.value;
	return 0;
}

int identity_of(const struct certificate *leaf, struct arena *arena, struct identity *ret,
		struct err *err)
{
	struct identity who = {0};
	struct str value;
	bool there;
	int r;

	if ((r = take_name(leaf, &who, err)) < 0 || (r = take_issuer(leaf, &who, err)) < 0)
		return r;
	who.name = arena_str(arena, who.name);
	who.issuer = arena_str(arena, who.issuer);
	for (size_t i = 0; i < ARRAY_LEN(extensions); i++) {
		r = read_extension(leaf, extensions[i].oid, extensions[i].is_raw, &value, &there,
				   err);
		if (r < 0)
			return r;
		if (there)
			who.facts[who.n_facts++] =
				(struct claim_fact){extensions[i].name, arena_str(arena, value)};
	}
	if ((r = arena_check(arena, err)) < 0)
		return r;
	*ret = who;
	return 0;
}

int identity_pattern(struct str pattern, struct regex **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(PATTERN_BYTES_MAX);
	struct regex *alone = NULL;
	int r;

	/* "a)|(b" would close our parenthesis: it must be a pattern by itself. */
	if ((r = regex_new(pattern, &alone, err)) < 0)
		return r;
	regex_free(alone);
	strbuf_addf(&sb, "\\A(?:");
	strbuf_add(&sb, pattern);
	strbuf_adds(&sb, ")\\z");
	if ((r = strbuf_check(&sb, err)) < 0)
		return r;
	return regex_new(strbuf_str(&sb), ret, err);
}

/* 1 or 0; neither text nor pattern is no wish, and nobody fulfils it. */
static int is_wanted(struct str exact, const struct regex *pattern, struct str text,
		     struct err *err)
{
	if (pattern)
		return regex_match(pattern, text, err);
	return exact.n > 0 && str_eq(exact, text);
}

int identity_match(const struct identity_wanted *wanted, size_t n, const struct identity *who,
		   struct err *err)
{
	bool name_fits = false;
	int r;

	for (size_t i = 0; i < n; i++) {
		r = is_wanted(wanted[i].name, wanted[i].name_pattern, who->name, err);
		if (r < 0)
			return r;
		if (r == 0)
			continue;
		name_fits = true;
		r = is_wanted(wanted[i].issuer, wanted[i].issuer_pattern, who->issuer, err);
		if (r != 0)
			return r < 0 ? r : 0;
	}
	if (name_fits)
		return err_set(
			err, ERR_DENIED,
			"the identity \"%.*s\" is by the word of %.*s, who is not the wanted "
			"issuer",
			STR_FMT(who->name), STR_FMT(who->issuer));
	return err_set(err, ERR_DENIED, "signed by \"%.*s\" (issuer %.*s), who is not wanted",
		       STR_FMT(who->name), STR_FMT(who->issuer));
}
