/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/notation/trust_policy.h"

#include "base/cleanup.h"
#include "codec/json.h"
#include "trust/notation/identity.h"

static const char *const check_names[NOTATION_N_CHECKS] = {
	"integrity", "authenticity", "authenticTimestamp", "expiry", "revocation"};

static const struct level {
	const char *name;
	enum notation_action actions[NOTATION_N_CHECKS];
} levels[] = {
	{"strict",
	 {NOTATION_ENFORCE, NOTATION_ENFORCE, NOTATION_ENFORCE, NOTATION_ENFORCE,
	  NOTATION_ENFORCE}},
	{"permissive",
	 {NOTATION_ENFORCE, NOTATION_ENFORCE, NOTATION_LOG, NOTATION_LOG, NOTATION_LOG}},
	{"audit", {NOTATION_ENFORCE, NOTATION_LOG, NOTATION_LOG, NOTATION_LOG, NOTATION_LOG}},
	{"skip", {NOTATION_SKIP, NOTATION_SKIP, NOTATION_SKIP, NOTATION_SKIP, NOTATION_SKIP}},
};

static const char *const store_types[] = {"ca", "signingAuthority", "tsa"};

const char *notation_store_type_name(enum notation_store_type type)
{
	return store_types[type];
}

struct parser {
	enum notation_policy_kind kind;
	struct arena *arena;
	struct err *err;
};

#define BAD(p, ...) err_set((p)->err, ERR_FORMAT, __VA_ARGS__)

static int check_members(const struct parser *p, const struct json *map, const char *const *known,
			 const char *what)
{
	struct str key;
	const struct json *value;

	if (json_kind_of(map) != JSON_KIND_MAP)
		return BAD(p, "%s is not an object", what);
	for (void *iter = NULL; json_each(map, &iter, &key, &value);) {
		const char *const *k = known;

		while (*k && !str_is(key, *k))
			k++;
		if (!*k)
			return BAD(p, "%s: \"%.*s\" is not known", what, STR_FMT(key));
	}
	return 0;
}

/* A list of 1 to max texts; an absent one is empty. */
static int read_texts(const struct parser *p, const struct json *map, const char *name, size_t max,
		      struct str_list *ret)
{
	const struct json *list = json_get(map, name);
	size_t n = json_len(list);
	struct str *texts;

	*ret = (struct str_list){0};
	if (!list)
		return 0;
	if (json_kind_of(list) != JSON_KIND_LIST || n == 0)
		return BAD(p, "\"%s\" is not a list with one entry at least", name);
	if (n > max)
		return err_set(p->err, ERR_LIMIT, "\"%s\" has %zu entries; at most %zu are taken",
			       name, n, max);
	texts = arena_array(p->arena, n, sizeof *texts);
	for (size_t i = 0; i < n && texts; i++) {
		struct str text = json_str(json_at(list, i));

		if (text.n == 0)
			return BAD(p, "\"%s\" has an entry that is no text", name);
		texts[i] = arena_str(p->arena, text);
	}
	*ret = (struct str_list){texts, n};
	return arena_check(p->arena, p->err);
}

static int read_override(const struct parser *p, struct str key, const struct json *value,
			 struct notation_statement *s)
{
	struct str action = json_str(value);
	size_t c = 0;

	while (c < NOTATION_N_CHECKS && !str_is(key, check_names[c]))
		c++;
	if (c == NOTATION_N_CHECKS)
		return BAD(p, "\"override\": no check is called \"%.*s\"", STR_FMT(key));
	if (c == NOTATION_INTEGRITY)
		return BAD(p, "\"override\": integrity is always enforced");
	if (str_is(action, "enforce"))
		s->actions[c] = NOTATION_ENFORCE;
	else if (str_is(action, "log"))
		s->actions[c] = NOTATION_LOG;
	else if (str_is(action, "skip") && c == NOTATION_REVOCATION)
		s->actions[c] = NOTATION_SKIP;
	else
		return BAD(p, "\"override\": \"%.*s\" cannot be \"%.*s\"", STR_FMT(key),
			   STR_FMT(action));
	return 0;
}

static int read_overrides(const struct parser *p, const struct json *map,
			  struct notation_statement *s)
{
	const struct json *value;
	struct str key;
	int r = 0;

	if (!map)
		return 0;
	if (json_kind_of(map) != JSON_KIND_MAP)
		return BAD(p, "\"override\" is not an object");
	if (s->skips && json_len(map))
		return BAD(p, "\"override\": the level \"skip\" cannot be changed");
	for (void *iter = NULL; json_each(map, &iter, &key, &value) && r == 0;)
		r = read_override(p, key, value, s);
	return r;
}

static int read_verification(const struct parser *p, const struct json *map,
			     struct notation_statement *s)
{
	static const char *const known[] = {"level", "override", "verifyTimestamp", NULL};
	struct str level = json_get_str(map, "level");
	const struct json *when = json_get(map, "verifyTimestamp");
	size_t i = 0;
	int r = check_members(p, map, known, "\"signatureVerification\"");

	if (r < 0)
		return r;
	while (i < ARRAY_LEN(levels) && !str_is(level, levels[i].name))
		i++;
	if (i == ARRAY_LEN(levels))
		return BAD(p, "\"level\" is none of strict, permissive, audit and skip");
	memcpy(s->actions, levels[i].actions, sizeof s->actions);
	s->skips = s->actions[NOTATION_INTEGRITY] == NOTATION_SKIP;
	s->after_cert_expiry = str_is(json_str(when), "afterCertExpiry");
	if (when && !s->after_cert_expiry && !str_is(json_str(when), "always"))
		return BAD(p, "\"verifyTimestamp\" is neither always nor afterCertExpiry");
	return read_overrides(p, json_get(map, "override"), s);
}

/* Also names of folders, so nothing that leads out of one. */
static bool is_store_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && !memchr("_.-", s.p[i], 3))
			return false;
	return s.n > 0 && !str_is(s, ".") && !str_is(s, "..");
}

static int read_store(const struct parser *p, struct str text, struct notation_store_name *ret)
{
	struct str type;

	if (!str_cut(text, ':', &type, &ret->name) || !is_store_name(ret->name))
		return BAD(p, "the trust store \"%.*s\" is not TYPE:NAME", STR_FMT(text));
	for (size_t i = 0; i < ARRAY_LEN(store_types); i++) {
		if (str_is(type, store_types[i])) {
			ret->type = (enum notation_store_type)i;
			return 0;
		}
	}
	return BAD(p, "the trust store \"%.*s\": its type is none of ca, signingAuthority and tsa",
		   STR_FMT(text));
}

static int read_stores(const struct parser *p, const struct json *map, struct notation_statement *s)
{
	struct str_list texts;
	bool vouches = false;
	int r = read_texts(p, map, "trustStores", NOTATION_STORES_MAX, &texts);

	if (r < 0)
		return r;
	s->n_stores = texts.n;
	s->stores = arena_array(p->arena, texts.n + 1, sizeof *s->stores);
	for (size_t i = 0; i < texts.n && s->stores; i++) {
		if ((r = read_store(p, texts.p[i], &s->stores[i])) < 0)
			return r;
		vouches |= s->stores[i].type != NOTATION_STORE_TSA;
	}
	if (!s->skips && !vouches)
		return BAD(p, "\"trustStores\" names no store of type ca or signingAuthority");
	return arena_check(p->arena, p->err);
}

static int check_overlap(const struct parser *p, const struct notation_statement *s)
{
	for (size_t i = 0; i < s->n_identities; i++)
		for (size_t k = 0; k < i; k++)
			if (notation_identity_within(&s->identities[i], &s->identities[k]) ||
			    notation_identity_within(&s->identities[k], &s->identities[i]))
				return BAD(p, "the identities \"%.*s\" and \"%.*s\" overlap",
					   STR_FMT(s->identities[k].text),
					   STR_FMT(s->identities[i].text));
	return 0;
}

static int read_identities(const struct parser *p, const struct json *map,
			   struct notation_statement *s)
{
	struct str_list texts;
	int r = read_texts(p, map, "trustedIdentities", NOTATION_IDENTITIES_MAX, &texts);

	if (r < 0)
		return r;
	if (!s->skips && texts.n == 0)
		return BAD(p, "\"trustedIdentities\" is missing");
	if (texts.n == 1 && str_is(texts.p[0], "*"))
		return 0;
	s->identities = arena_array(p->arena, texts.n + 1, sizeof *s->identities);
	for (size_t i = 0; i < texts.n && s->identities; i++) {
		if (str_is(texts.p[i], "*"))
			return BAD(p, "\"trustedIdentities\" has \"*\" beside others");
		r = notation_identity_parse(texts.p[i], p->arena, &s->identities[i], p->err);
		if (r < 0)
			return r;
		s->n_identities++;
	}
	r = arena_check(p->arena, p->err);
	return r < 0 ? r : check_overlap(p, s);
}

/* "registry.example.com/team/app", in full, without tag or digest. */
static bool is_scope(struct str s)
{
	struct str registry, repository;

	if (!str_cut(s, '/', &registry, &repository) || registry.n == 0 || repository.n == 0 ||
	    s.p[s.n - 1] == '/')
		return false;
	for (size_t i = 0; i < repository.n; i++)
		if (!char_is_alnum(repository.p[i]) && !memchr("._-/", repository.p[i], 4))
			return false;
	for (size_t i = 0; i < registry.n; i++)
		if (!char_is_alnum(registry.p[i]) && !memchr(".-:[]", registry.p[i], 5))
			return false;
	return true;
}

static int read_scopes(const struct parser *p, const struct json *map, struct notation_statement *s)
{
	int r = read_texts(p, map, "registryScopes", NOTATION_SCOPES_MAX, &s->scopes);

	if (r < 0)
		return r;
	if (s->scopes.n == 0)
		return BAD(p, "\"registryScopes\" is missing");
	s->is_global = s->scopes.n == 1 && str_is(s->scopes.p[0], "*");
	for (size_t i = 0; i < s->scopes.n && !s->is_global; i++)
		if (!is_scope(s->scopes.p[i]))
			return BAD(p, "the scope \"%.*s\" is no repository written in full",
				   STR_FMT(s->scopes.p[i]));
	return 0;
}

static int read_place(const struct parser *p, const struct json *map, struct notation_statement *s)
{
	const struct json *global = json_get(map, "globalPolicy");

	if (p->kind == NOTATION_POLICY_OCI)
		return read_scopes(p, map, s);
	if (global && json_kind_of(global) != JSON_KIND_BOOL)
		return BAD(p, "\"globalPolicy\" is neither true nor false");
	s->is_global = json_truth(global);
	return 0;
}

static int read_statement(const struct parser *p, const struct json *map,
			  struct notation_statement *s)
{
	static const char *const oci[] = {
		"name",	       "registryScopes",    "signatureVerification",
		"trustStores", "trustedIdentities", NULL};
	static const char *const blob[] = {
		"name",	       "globalPolicy",	    "signatureVerification",
		"trustStores", "trustedIdentities", NULL};
	int r = check_members(p, map, p->kind == NOTATION_POLICY_OCI ? oci : blob, "the statement");

	if (r < 0)
		return r;
	s->name = arena_str(p->arena, json_get_str(map, "name"));
	if (s->name.n == 0)
		return BAD(p, "\"name\" is missing");
	if ((r = read_place(p, map, s)) < 0 ||
	    (r = read_verification(p, json_get(map, "signatureVerification"), s)) < 0 ||
	    (r = read_stores(p, map, s)) < 0 || (r = read_identities(p, map, s)) < 0)
		return r;
	if (s->skips && s->is_global)
		return BAD(p, "the level \"skip\" for everything");
	if (s->skips && (s->n_stores || json_get(map, "trustedIdentities")))
		return BAD(p, "the level \"skip\" beside trust stores or identities");
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* A repository has one statement: no scope stands twice, "*" neither. */
static int check_scopes(const struct parser *p, const struct notation_policy *policy)
{
	struct str *all;
	size_t n = 0;

	for (size_t i = 0; i < policy->n; i++)
		n += policy->statements[i].scopes.n;
	all = arena_array(p->arena, n + 1, sizeof *all);
	if (!all)
		return err_nomem(p->err);
	n = 0;
	for (size_t i = 0; i < policy->n; i++)
		for (size_t k = 0; k < policy->statements[i].scopes.n; k++)
			all[n++] = policy->statements[i].scopes.p[k];
	qsort(all, n, sizeof *all, by_text);
	for (size_t i = 1; i < n; i++)
		if (str_eq(all[i - 1], all[i]))
			return BAD(p, "the scope \"%.*s\" stands twice", STR_FMT(all[i]));
	return 0;
}

static int check_statements(const struct parser *p, const struct notation_policy *policy)
{
	size_t n_global = 0;

	for (size_t i = 0; i < policy->n; i++) {
		const struct notation_statement *a = &policy->statements[i];

		n_global += a->is_global;
		for (size_t k = 0; k < i; k++)
			if (str_eq(a->name, policy->statements[k].name))
				return BAD(p, "two statements are called \"%.*s\"",
					   STR_FMT(a->name));
	}
	if (n_global > 1)
		return BAD(p, "%zu statements are for everything", n_global);
	return check_scopes(p, policy);
}

static int read_document(const struct parser *p, const struct json *doc,
			 struct notation_policy *policy)
{
	static const char *const known[] = {"version", "trustPolicies", NULL};
	const struct json *list = json_get(doc, "trustPolicies");
	int r = check_members(p, doc, known, "the document");

	if (r < 0)
		return r;
	if (!str_is(json_get_str(doc, "version"), "1.0"))
		return BAD(p, "\"version\" is not \"1.0\"");
	if (json_kind_of(list) != JSON_KIND_LIST || json_len(list) == 0)
		return BAD(p, "\"trustPolicies\" is not a list with one statement at least");
	if (json_len(list) > NOTATION_STATEMENTS_MAX)
		return err_set(p->err, ERR_LIMIT, "%zu statements; at most %d are taken",
			       json_len(list), NOTATION_STATEMENTS_MAX);
	policy->n = json_len(list);
	policy->statements = arena_array(p->arena, policy->n, sizeof *policy->statements);
	if (!policy->statements)
		return err_nomem(p->err);
	for (size_t i = 0; i < policy->n; i++)
		if ((r = read_statement(p, json_at(list, i), &policy->statements[i])) < 0)
			return err_wrap(p->err, r, "statement %zu", i + 1);
	return check_statements(p, policy);
}

int notation_policy_parse(struct str bytes, enum notation_policy_kind kind, struct arena *arena,
			  struct notation_policy *ret, struct err *err)
{
	struct parser p = {.kind = kind, .arena = arena, .err = err};
	struct notation_policy policy = {.kind = kind};
	CLEANUP(json_freep) struct json *doc = NULL;
	int r;

	if (bytes.n > NOTATION_POLICY_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "trust policy: %zu bytes; at most %d are taken",
			       bytes.n, NOTATION_POLICY_BYTES_MAX);
	if ((r = json_parse(bytes, &doc, err)) == 0)
		r = read_document(&p, doc, &policy);
	if (r < 0)
		return err_wrap(err, r, "trust policy");
	*ret = policy;
	return 0;
}

static bool is_for(const struct notation_statement *s, const struct notation_policy *policy,
		   struct str what)
{
	if (policy->kind == NOTATION_POLICY_BLOB)
		return what.n ? str_eq(s->name, what) : s->is_global;
	for (size_t i = 0; i < s->scopes.n; i++)
		if (str_eq(s->scopes.p[i], what))
			return true;
	return false;
}

int notation_policy_find(const struct notation_policy *policy, struct str what,
			 const struct notation_statement **ret, struct err *err)
{
	const struct notation_statement *global = NULL;

	for (size_t i = 0; i < policy->n; i++) {
		const struct notation_statement *s = &policy->statements[i];

		if (is_for(s, policy, what)) {
			*ret = s;
			return 0;
		}
		if (s->is_global && policy->kind == NOTATION_POLICY_OCI)
			global = s;
	}
	if (!global)
		return err_set(err, ERR_NOT_FOUND,
			       "no statement of the trust policy is for \"%.*s\"", STR_FMT(what));
	*ret = global;
	return 0;
}
