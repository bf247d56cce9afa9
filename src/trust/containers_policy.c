/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/containers_policy.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "codec/base64.h"
#include "trust/json_members.h"

struct containers_policy {
	struct containers_scope fallback;
	struct containers_scope *scopes;
	size_t n;
};

/* ---- keys and certificates ---- */

static int decode(struct str base64, const char *what, const char *key, struct arena *a,
		  struct str *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_CONTAINERS_POLICY_BYTES);
	struct err why = {0};
	int r = base64_decode(base64, BASE64_STANDARD, &sb, &why);

	if (r == -ERR_NOMEM)
		return err_nomem(err);
	if (r < 0)
		return err_set(err, ERR_FORMAT, "%s: %s: %s", what, key, why.msg);
	*ret = arena_str(a, strbuf_str(&sb));
	return ret->p ? 0 : err_nomem(err);
}

static int take_one(const struct json *value, const char *what, const char *key, bool is_data,
		    struct arena *a, struct str *ret, struct err *err)
{
	if (json_kind_of(value) != JSON_KIND_TEXT || json_str(value).n == 0)
		return err_set(err, ERR_FORMAT, "%s: \"%s\" is %s", what, key,
			       json_kind_of(value) == JSON_KIND_TEXT ? "empty" : "no string");
	if (is_data)
		return decode(json_str(value), what, key, a, ret, err);
	*ret = arena_str(a, json_str(value));
	return ret->p ? 0 : err_nomem(err);
}

/* A string, or a list of them if the member is one of those in the plural. */
static int take_list(const struct json *value, const char *what, const char *key, bool is_list,
		     bool is_data, struct arena *a, struct str_list *ret, struct err *err)
{
	size_t n = is_list ? json_len(value) : 1;
	struct str *items;
	int r = 0;

	if (is_list && json_kind_of(value) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "%s: \"%s\" is no list", what, key);
	if (n == 0)
		return err_set(err, ERR_FORMAT, "%s: \"%s\" is empty", what, key);
	if (n > LIMIT_CONTAINERS_POLICY_REQUIREMENTS)
		return err_set(err, ERR_LIMIT,
			       "%s: \"%s\" has more than %d entries (limit "
			       "containers_policy_requirements)",
			       what, key, LIMIT_CONTAINERS_POLICY_REQUIREMENTS);
	items = arena_array(a, n, sizeof *items);
	if (!items)
		return err_nomem(err);
	for (size_t i = 0; i < n && r == 0; i++)
		r = take_one(is_list ? json_at(value, i) : value, what, key, is_data, a, &items[i],
			     err);
	*ret = (struct str_list){items, n};
	return r;
}

/* The members that may hold one material, in the order path, paths, data, datas; NULL: none such.
 */
struct material_names {
	const char *path, *paths, *data, *datas;
};

static int take_material(const struct json *map, const char *what,
			 const struct material_names *names, struct arena *a,
			 struct containers_material *ret, struct err *err)
{
	const char *const keys[] = {names->path, names->paths, names->data, names->datas};
	bool seen = false;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct json *value = keys[i] ? json_get(map, keys[i]) : NULL;
		bool is_data = i >= 2;
		int r;

		if (json_kind_of(value) == JSON_KIND_ABSENT)
			continue;
		if (seen)
			return err_set(err, ERR_FORMAT, "%s: \"%s\" is one too many of its kind",
				       what, keys[i]);
		seen = true;
		r = take_list(value, what, keys[i], i & 1, is_data, a,
			      is_data ? &ret->datas : &ret->paths, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- requirements ---- */

static const char *const only_type[] = {"type", NULL};

static int take_text(const struct json *map, const char *what, const char *key, struct arena *a,
		     struct str *ret, struct err *err)
{
	struct str text;
	int r = json_members_text(map, what, key, false, &text, err);

	if (r < 0)
		return r;
	*ret = arena_str(a, text);
	return ret->p ? 0 : err_nomem(err);
}

static int take_opt_text(const struct json *map, const char *what, const char *key, struct arena *a,
			 struct str *ret, struct err *err)
{
	return json_kind_of(json_get(map, key)) == JSON_KIND_ABSENT
		       ? 0
		       : take_text(map, what, key, a, ret, err);
}

static int take_identity(const struct json *map, const char *what, const char *key, struct arena *a,
			 struct signed_identity *ret, struct err *err)
{
	const struct json *value = json_get(map, key);
	struct str path;

	if (json_kind_of(value) == JSON_KIND_ABSENT)
		return 0; /* what zero means: matchRepoDigestOrExact */
	path = arena_strf(a, "%s.%s", what, key);
	return path.p ? signed_identity_parse(value, path.p, a, ret, err) : err_nomem(err);
}

static bool is_key_type(struct str s)
{
	return str_is(s, "GPGKeys") || str_is(s, "signedByGPGKeys") ||
	       str_is(s, "X509Certificates") || str_is(s, "signedByX509CAs");
}

static int parse_signed_by(const struct json *map, const char *what, struct arena *a,
			   struct containers_requirement *ret, struct err *err)
{
	static const char *const must[] = {"type", "keyType", NULL};
	static const char *const may[] = {"keyPath", "keyPaths", "keyData", "signedIdentity", NULL};
	static const struct material_names keys = {"keyPath", "keyPaths", "keyData", NULL};
	int r = json_members_check(map, what, must, may, err);

	if (r == 0)
		r = take_text(map, what, "keyType", a, &ret->key_type, err);
	if (r == 0 && !is_key_type(ret->key_type))
		r = err_set(err, ERR_FORMAT, "%s: keyType \"%.*s\" is not known", what,
			    STR_FMT(ret->key_type));
	if (r == 0)
		r = take_material(map, what, &keys, a, &ret->keys, err);
	if (r == 0 && !containers_material_is_set(&ret->keys))
		r = err_set(err, ERR_FORMAT, "%s: needs keyPath, keyPaths or keyData", what);
	return r == 0 ? take_identity(map, what, "signedIdentity", a, &ret->identity, err) : r;
}

static int parse_base_layer(const struct json *map, const char *what, struct arena *a,
			    struct containers_requirement *ret, struct err *err)
{
	static const char *const must[] = {"type", "baseLayerIdentity", NULL};
	int r = json_members_check(map, what, must, NULL, err);

	return r == 0 ? take_identity(map, what, "baseLayerIdentity", a, &ret->identity, err) : r;
}

static int parse_fulcio(const struct json *map, const char *what, struct arena *a,
			struct containers_requirement *ret, struct err *err)
{
	static const char *const must[] = {"oidcIssuer", "subjectEmail", NULL};
	static const char *const may[] = {"caPath", "caData", NULL};
	static const struct material_names ca = {"caPath", NULL, "caData", NULL};
	int r = json_members_check(map, what, must, may, err);

	if (r == 0)
		r = take_material(map, what, &ca, a, &ret->fulcio_ca, err);
	if (r == 0 && !containers_material_is_set(&ret->fulcio_ca))
		r = err_set(err, ERR_FORMAT, "%s: needs caPath or caData", what);
	if (r == 0)
		r = take_text(map, what, "oidcIssuer", a, &ret->fulcio_issuer, err);
	if (r == 0)
		r = take_text(map, what, "subjectEmail", a, &ret->fulcio_email, err);
	return r;
}

static int parse_pki(const struct json *map, const char *what, struct arena *a,
		     struct containers_requirement *ret, struct err *err)
{
	static const char *const may[] = {"caRootsPath",
					  "caRootsData",
					  "caIntermediatesPath",
					  "caIntermediatesData",
					  "subjectEmail",
					  "subjectHostname",
					  NULL};
	static const struct material_names roots = {"caRootsPath", NULL, "caRootsData", NULL};
	static const struct material_names intermediates = {"caIntermediatesPath", NULL,
							    "caIntermediatesData", NULL};
	int r = json_members_check(map, what, NULL, may, err);

	if (r == 0)
		r = take_material(map, what, &roots, a, &ret->pki_roots, err);
	if (r == 0)
		r = take_material(map, what, &intermediates, a, &ret->pki_intermediates, err);
	if (r == 0 && !containers_material_is_set(&ret->pki_roots))
		r = err_set(err, ERR_FORMAT, "%s: needs caRootsPath or caRootsData", what);
	if (r == 0)
		r = take_opt_text(map, what, "subjectEmail", a, &ret->pki_email, err);
	if (r == 0)
		r = take_opt_text(map, what, "subjectHostname", a, &ret->pki_host, err);
	if (r == 0 && ret->pki_email.n + ret->pki_host.n == 0)
		r = err_set(err, ERR_FORMAT, "%s: needs subjectEmail or subjectHostname", what);
	return r;
}

static int parse_nested(const struct json *map, const char *what, const char *key,
			int (*parse)(const struct json *, const char *, struct arena *,
				     struct containers_requirement *, struct err *),
			struct arena *a, struct containers_requirement *ret, struct err *err)
{
	const struct json *value = json_get(map, key);
	struct str path;

	if (json_kind_of(value) == JSON_KIND_ABSENT)
		return 0;
	path = arena_strf(a, "%s.%s", what, key);
	return path.p ? parse(value, path.p, a, ret, err) : err_nomem(err);
}

static int check_sigstore(const struct containers_requirement *q, const char *what, struct err *err)
{
	bool fulcio = containers_material_is_set(&q->fulcio_ca);
	bool pki = containers_material_is_set(&q->pki_roots);

	if (containers_material_is_set(&q->keys) + fulcio + pki != 1)
		return err_set(err, ERR_FORMAT,
			       "%s: needs one of keyPath, keyPaths, keyData, keyDatas, fulcio and "
			       "pki, and no two",
			       what);
	if (fulcio && !containers_material_is_set(&q->rekor))
		return err_set(err, ERR_FORMAT,
			       "%s: with fulcio it needs rekorPublicKeyPath or another of its kind",
			       what);
	return 0;
}

static int parse_sigstore(const struct json *map, const char *what, struct arena *a,
			  struct containers_requirement *ret, struct err *err)
{
	static const char *const may[] = {"keyPath",
					  "keyPaths",
					  "keyData",
					  "keyDatas",
					  "fulcio",
					  "pki",
					  "rekorPublicKeyPath",
					  "rekorPublicKeyPaths",
					  "rekorPublicKeyData",
					  "rekorPublicKeyDatas",
					  "signedIdentity",
					  NULL};
	static const struct material_names keys = {"keyPath", "keyPaths", "keyData", "keyDatas"};
	static const struct material_names rekor = {"rekorPublicKeyPath", "rekorPublicKeyPaths",
						    "rekorPublicKeyData", "rekorPublicKeyDatas"};
	int r = json_members_check(map, what, only_type, may, err);

	if (r == 0)
		r = take_material(map, what, &keys, a, &ret->keys, err);
	if (r == 0)
		r = take_material(map, what, &rekor, a, &ret->rekor, err);
	if (r == 0)
		r = parse_nested(map, what, "fulcio", parse_fulcio, a, ret, err);
	if (r == 0)
		r = parse_nested(map, what, "pki", parse_pki, a, ret, err);
	if (r == 0)
		r = check_sigstore(ret, what, err);
	return r == 0 ? take_identity(map, what, "signedIdentity", a, &ret->identity, err) : r;
}

static int parse_plain(const struct json *map, const char *what, struct arena *a,
		       struct containers_requirement *ret, struct err *err)
{
	(void)a;   /* nothing is kept */
	(void)ret; /* its kind says all */
	return json_members_check(map, what, only_type, NULL, err);
}

static const struct requirement_row {
	const char *type;
	enum containers_requirement_kind kind;
	int (*parse)(const struct json *, const char *, struct arena *,
		     struct containers_requirement *, struct err *);
} requirement_rows[] = {
	{"insecureAcceptAnything", REQUIREMENT_ACCEPT_ANYTHING, parse_plain},
	{"reject", REQUIREMENT_REJECT, parse_plain},
	{"signedBy", REQUIREMENT_SIGNED_BY, parse_signed_by},
	{"signedBaseLayer", REQUIREMENT_SIGNED_BASE_LAYER, parse_base_layer},
	{"sigstoreSigned", REQUIREMENT_SIGSTORE_SIGNED, parse_sigstore},
};

const char *containers_requirement_name(enum containers_requirement_kind kind)
{
	for (size_t i = 0; i < ARRAY_LEN(requirement_rows); i++)
		if (requirement_rows[i].kind == kind)
			return requirement_rows[i].type;
	return "unknown";
}

static int parse_requirement(const struct json *map, struct str path, struct arena *a,
			     struct containers_requirement *ret, struct err *err)
{
	struct str type;
	int r;

	if (json_kind_of(map) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "%s: is no object", path.p);
	r = json_members_text(map, path.p, "type", false, &type, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_LEN(requirement_rows); i++) {
		if (!str_is(type, requirement_rows[i].type))
			continue;
		ret->kind = requirement_rows[i].kind;
		ret->path = path;
		return requirement_rows[i].parse(map, path.p, a, ret, err);
	}
	return err_set(err, ERR_FORMAT, "%s: type \"%.*s\" is not known", path.p, STR_FMT(type));
}

/* ---- scopes ---- */

static int parse_requirements(const struct json *list, struct str path, struct arena *a,
			      struct containers_scope *ret, struct err *err)
{
	size_t n = json_len(list);
	int r = 0;

	if (!path.p)
		return err_nomem(err);
	if (json_kind_of(list) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "%s: is no list of requirements", path.p);
	if (n == 0)
		return err_set(err, ERR_FORMAT,
			       "%s: is empty; insecureAcceptAnything is how to require nothing",
			       path.p);
	if (n > LIMIT_CONTAINERS_POLICY_REQUIREMENTS)
		return err_set(err, ERR_LIMIT,
			       "%s: has more than %d requirements (limit "
			       "containers_policy_requirements)",
			       path.p, LIMIT_CONTAINERS_POLICY_REQUIREMENTS);
	ret->requirements = arena_array(a, n, sizeof *ret->requirements);
	if (!ret->requirements)
		return err_nomem(err);
	for (ret->n = 0; ret->n < n && r == 0; ret->n++) {
		struct str item = arena_strf(a, "%s[%zu]", path.p, ret->n);

		r = item.p ? parse_requirement(json_at(list, ret->n), item, a,
					       &ret->requirements[ret->n], err)
			   : err_nomem(err);
	}
	return r;
}

/* Directories are compared as they are written; what can never match is a slip. */
static int check_scope(struct str transport, struct str scope, struct err *err)
{
	if (!str_is(transport, "dir") && !str_is(transport, "oci"))
		return 0;
	if (scope.n == 0 ||
	    (scope.n > 1 && scope.p[0] == '/' && scope.p[scope.n - 1] != '/' &&
	     str_find(scope, STR("//")) == scope.n && str_find(scope, STR("/../")) == scope.n &&
	     str_find(scope, STR("/./")) == scope.n))
		return 0;
	return err_set(err, ERR_FORMAT,
		       "transports.%.*s: \"%.*s\" is no absolute path below the root, without "
		       "\"..\" and slash at its end",
		       STR_FMT(transport), STR_FMT(scope));
}

static int parse_scope(struct vec *scopes, struct str transport, struct str scope,
		       const struct json *list, struct arena *a, struct err *err)
{
	struct containers_scope *s;
	int r = check_scope(transport, scope, err);

	if (r < 0)
		return r;
	s = vec_push(scopes);
	if (!s)
		return scopes->n < scopes->max
			       ? err_nomem(err)
			       : err_set(err, ERR_LIMIT,
					 "more than %d scopes (limit containers_policy_scopes)",
					 LIMIT_CONTAINERS_POLICY_SCOPES);
	s->transport = arena_str(a, transport);
	s->scope = arena_str(a, scope);
	return parse_requirements(
		list,
		arena_strf(a, "transports.%.*s[\"%.*s\"]", STR_FMT(transport), STR_FMT(scope)), a,
		s, err);
}

static int parse_transports(const struct json *transports, struct vec *scopes, struct arena *a,
			    struct err *err)
{
	const struct json *transport, *list;
	void *outer = NULL;
	struct str name, scope;
	int r = 0;

	if (json_kind_of(transports) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "transports: is no object");
	while (r == 0 && json_each(transports, &outer, &name, &transport)) {
		void *inner = NULL;

		if (json_kind_of(transport) != JSON_KIND_MAP || name.n == 0)
			return err_set(err, ERR_FORMAT, "transports: \"%.*s\" is no object",
				       STR_FMT(name));
		while (r == 0 && json_each(transport, &inner, &scope, &list))
			r = parse_scope(scopes, name, scope, list, a, err);
	}
	return r;
}

static int parse_document(const struct json *doc, struct vec *scopes, struct arena *a,
			  struct containers_policy *ret, struct err *err)
{
	static const char *const must[] = {"default", NULL};
	static const char *const may[] = {"transports", NULL};
	const struct json *transports = json_get(doc, "transports");
	int r = json_members_check(doc, "policy", must, may, err);

	if (r == 0)
		r = parse_requirements(json_get(doc, "default"), STR("default"), a, &ret->fallback,
				       err);
	if (r == 0 && json_kind_of(transports) != JSON_KIND_ABSENT)
		r = parse_transports(transports, scopes, a, err);
	if (r < 0)
		return r;
	ret->scopes = arena_array(a, scopes->n + 1, sizeof *ret->scopes);
	if (!ret->scopes)
		return err_nomem(err);
	ret->n = scopes->n;
	if (scopes->n)
		memcpy(ret->scopes, scopes->p, scopes->n * sizeof *ret->scopes);
	return arena_check(a, err);
}

int containers_policy_parse(struct str bytes, const char *name, struct arena *a,
			    struct containers_policy **ret, struct err *err)
{
	CLEANUP(vec_done)
	struct vec scopes = VEC_INIT(struct containers_scope, LIMIT_CONTAINERS_POLICY_SCOPES);
	CLEANUP(json_freep) struct json *doc = NULL;
	struct containers_policy *policy;
	int r;

	if (bytes.n > LIMIT_CONTAINERS_POLICY_BYTES)
		return err_set(err, ERR_LIMIT,
			       "%s: has more than %d bytes (limit containers_policy_bytes)", name,
			       LIMIT_CONTAINERS_POLICY_BYTES);
	policy = arena_alloc(a, sizeof *policy);
	if (!policy)
		return err_nomem(err);
	r = json_parse(bytes, &doc, err);
	if (r == 0)
		r = parse_document(doc, &scopes, a, policy, err);
	if (r < 0)
		return err_wrap(err, r, "%s", name);
	*ret = policy;
	return 0;
}

/* ---- finding ---- */

static const struct containers_scope *find(const struct containers_policy *policy,
					   struct str transport, struct str scope)
{
	for (size_t i = 0; i < policy->n; i++)
		if (str_eq(policy->scopes[i].transport, transport) &&
		    str_eq(policy->scopes[i].scope, scope))
			return &policy->scopes[i];
	return NULL;
}

int containers_policy_find(const struct containers_policy *policy,
			   const struct image_identity *image, struct arena *a,
			   const struct containers_scope **ret, struct err *err)
{
	const struct containers_scope *found = NULL;
	struct str_list scopes;
	int r = image_identity_scopes(image, a, &scopes, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < scopes.n && !found; i++)
		found = find(policy, image->transport, scopes.p[i]);
	if (!found)
		found = find(policy, image->transport, STR(""));
	*ret = found ? found : &policy->fallback;
	return 0;
}
