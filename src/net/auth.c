/* SPDX-License-Identifier: Apache-2.0 */
#include "net/auth.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/vec.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "net/challenge.h"
#include "net/credentials.h"

enum {
	TOKEN_SECONDS = 60,	       /* when the server does not say how long it lives */
	TOKEN_SECONDS_MAX = 86400,     /* believed */
	TOKEN_MARGIN_SECONDS = 5,      /* it must live that long to be used */
	CHALLENGE_ARENA = 1024 * 1024, /* bytes */
};

struct token {
	char *scope;
	struct secret value; /* "Bearer ..." */
	uint64_t expires_ms; /* monotonic */
};

struct auth {
	struct http_authorizer authorizer;
	struct auth_options options; /* its strings are ours */
	pthread_mutex_t lock;	     /* guards all below, also while a token is fetched */
	struct credentials credentials;
	bool looked_up; /* credentials_find was asked */
	bool found;
	struct secret basic; /* "Basic ...", once the registry wants it */
	struct vec tokens;   /* struct token */
	char *scope;	     /* the last one the registry named; NULL: none yet */
};

/* --- tokens --- */

static struct token *find_token(struct auth *a, struct str scope)
{
	for (size_t i = 0; i < a->tokens.n; i++) {
		struct token *t = vec_at(&a->tokens, i);

		if (str_eq(str_of(t->scope), scope))
			return t;
	}
	return NULL;
}

static const struct secret *fresh_token(struct auth *a, struct str scope)
{
	const struct token *t = find_token(a, scope);

	return t && t->expires_ms > clock_monotonic_ms() ? &t->value : NULL;
}

static int keep_token(struct auth *a, struct str scope, struct str text, uint64_t seconds,
		      struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf value = STRBUF_INIT(LIMIT_CREDENTIAL_BYTES);
	struct token *t = find_token(a, scope);
	bool ok;

	if (!t) {
		t = vec_push(&a->tokens);
		if (!t)
			return err_set(err, ERR_LIMIT, "more scopes than tokens (%d)",
				       LIMIT_TOKENS);
		t->scope = str_dup(scope);
	}
	strbuf_adds(&value, "Bearer ");
	strbuf_add(&value, text);
	ok = t->scope && strbuf_check(&value, NULL) == 0 &&
	     secret_set(&t->value, strbuf_str(&value));
	if (value.p)
		explicit_bzero(value.p, value.n);
	if (!ok)
		return err_set(err, ERR_LIMIT, "a token larger than credential_bytes (%d)",
			       LIMIT_CREDENTIAL_BYTES);
	if (seconds > TOKEN_SECONDS_MAX)
		seconds = TOKEN_SECONDS_MAX;
	seconds = seconds > TOKEN_MARGIN_SECONDS ? seconds - TOKEN_MARGIN_SECONDS : 0;
	t->expires_ms = clock_monotonic_ms() + seconds * 1000;
	return 0;
}

static bool is_token_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.n > 0;
}

static int read_token(struct auth *a, struct str scope, const struct http_response *answer,
		      struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct str token;
	int64_t seconds;

	if (json_parse(strbuf_str(&answer->body), &doc, NULL) < 0)
		return err_set(err, ERR_FORMAT, "its answer is no JSON");
	token = json_get_str(doc, "token");
	if (token.n == 0)
		token = json_get_str(doc, "access_token");
	if (!is_token_text(token))
		return err_set(err, ERR_FORMAT, "its answer holds no usable token");
	if (!json_get_int(doc, "expires_in", &seconds) || seconds <= 0)
		seconds = TOKEN_SECONDS;
	return keep_token(a, scope, token, (uint64_t)seconds, err);
}

/* --- asking the token server --- */

static void add_encoded(struct strbuf *sb, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (char_is_alnum(s.p[i]) || (s.p[i] && strchr("-._~", s.p[i])))
			strbuf_addc(sb, s.p[i]);
		else
			strbuf_addf(sb, "%%%02X", (unsigned char)s.p[i]);
	}
}

static void add_parameter(struct strbuf *sb, const char *name, struct str value)
{
	if (sb->n && sb->p[sb->n - 1] != '?' && sb->p[sb->n - 1] != '&')
		strbuf_addc(sb, '&');
	strbuf_addf(sb, "%s=", name);
	add_encoded(sb, value);
}

static int look_up(struct auth *a, struct err *err)
{
	int r;

	if (a->looked_up)
		return 0;
	r = credentials_find(a->options.auth_file, a->options.registry, a->options.repository,
			     &a->credentials, err);
	if (r < 0)
		return r;
	a->looked_up = true;
	a->found = r > 0;
	return 0;
}

static int make_basic(struct auth *a, struct secret *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf pair = STRBUF_INIT(LIMIT_CREDENTIAL_BYTES);
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(2 * LIMIT_CREDENTIAL_BYTES);
	int r;

	strbuf_add(&pair, secret_str(&a->credentials.user));
	strbuf_addc(&pair, ':');
	strbuf_add(&pair, secret_str(&a->credentials.password));
	strbuf_adds(&text, "Basic ");
	r = strbuf_check(&pair, err);
	if (r == 0)
		r = base64_encode(strbuf_str(&pair), BASE64_STANDARD, &text, err);
	if (r == 0 && !secret_set(ret, strbuf_str(&text)))
		r = err_nomem(err);
	if (pair.p)
		explicit_bzero(pair.p, pair.n);
	if (text.p)
		explicit_bzero(text.p, text.n);
	return r;
}

static int check_realm(const struct auth *a, struct str realm, struct err *err)
{
	if (str_has_prefix(realm, STR("https://")))
		return 0;
	if (!str_has_prefix(realm, STR("http://")))
		return err_set(err, ERR_FORMAT, "its token server has no http address");
	if (a->options.allow_plain)
		return 0;
	return err_set(err, ERR_DENIED, "its token server %.*s is not encrypted",
		       STR_FMT(str_sub(http_url_shown(realm), 0, 200)));
}

static void add_question(struct strbuf *sb, const struct challenge *c, struct str scope)
{
	struct str one;

	if (c->service.n)
		add_parameter(sb, "service", c->service);
	while (str_pull_word(&scope, &one))
		add_parameter(sb, "scope", one);
}

static int refused_login(const struct auth *a, const struct http_response *answer, struct err *err)
{
	if (answer->status != 401 && answer->status != 403)
		return http_explain("token server", answer, err);
	if (a->found)
		return err_set(err, ERR_DENIED, "%u: the login stored in %s was refused",
			       answer->status, a->credentials.source);
	return err_set(err, ERR_DENIED, "%u: anonymous access is refused: log in first",
		       answer->status);
}

/* The OAuth2 exchange of an identity token. */
static int post_question(struct auth *a, const struct challenge *c, struct str scope,
			 struct http_response *answer, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf form = STRBUF_INIT(4 * LIMIT_CREDENTIAL_BYTES);
	CLEANUP(freep) char *url = str_dup(c->realm);
	struct http_request rq = {.method = HTTP_POST,
				  .url = url,
				  .size_bytes = HTTP_SIZE_UNKNOWN,
				  .insecure = a->options.insecure};
	int r;

	strbuf_adds(&form, "grant_type=refresh_token&client_id=plimsoll");
	if (c->service.n)
		add_parameter(&form, "service", c->service);
	add_parameter(&form, "scope", scope);
	add_parameter(&form, "refresh_token", secret_str(&a->credentials.identity_token));
	rq.form = strbuf_str(&form);
	r = url ? strbuf_check(&form, err) : err_nomem(err);
	if (r == 0)
		r = http_fetch(a->options.http, &rq, answer, err);
	if (form.p)
		explicit_bzero(form.p, form.n);
	return r;
}

static int get_question(struct auth *a, const struct challenge *c, struct str scope,
			struct http_response *answer, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf url = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	CLEANUP(secret_done) struct secret basic = {0};
	struct http_request rq = {.size_bytes = HTTP_SIZE_UNKNOWN, .insecure = a->options.insecure};
	int r = 0;

	strbuf_add(&url, c->realm);
	strbuf_addc(&url, str_find_char(c->realm, '?') < c->realm.n ? '&' : '?');
	add_question(&url, c, scope);
	if (a->found) {
		add_parameter(&url, "account", secret_str(&a->credentials.user));
		r = make_basic(a, &basic, err);
	}
	if (r == 0)
		r = strbuf_check(&url, err);
	if (r < 0)
		return r;
	rq.url = strbuf_cstr(&url);
	rq.authorization = secret_str(&basic);
	return http_fetch(a->options.http, &rq, answer, err);
}

static int fetch_token(struct auth *a, const struct challenge *c, struct str scope, struct err *err)
{
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	int r = check_realm(a, c->realm, err);

	if (r == 0)
		r = look_up(a, err);
	if (r < 0)
		return r;
	if (a->found && secret_is_set(&a->credentials.identity_token))
		r = post_question(a, c, scope, &answer, err);
	else
		r = get_question(a, c, scope, &answer, err);
	if (r < 0)
		return r;
	r = answer.status == 200 ? read_token(a, scope, &answer, err)
				 : refused_login(a, &answer, err);
	return r < 0 ? err_wrap(err, r, "token from %.*s",
				STR_FMT(str_sub(http_url_shown(c->realm), 0, 200)))
		     : 0;
}

/* --- answering --- */

static int answer_bearer(struct auth *a, const struct challenge *c, struct secret *ret,
			 struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf usual = STRBUF_INIT(LIMIT_FIELD_BYTES);
	const struct secret *token;
	struct str scope = c->scope;
	int r;

	strbuf_addf(&usual, "repository:%.*s:pull", STR_FMT(a->options.repository));
	if (scope.n == 0)
		scope = strbuf_str(&usual);
	token = fresh_token(a, scope);
	if (!token || secret_is(ret, secret_str(token))) { /* none, or the refused one */
		r = fetch_token(a, c, scope, err);
		if (r < 0)
			return r;
		token = &find_token(a, scope)->value;
	}
	free(a->scope);
	a->scope = str_dup(scope);
	return secret_set(ret, secret_str(token)) ? 1 : err_nomem(err);
}

static int answer_basic(struct auth *a, struct secret *ret, struct err *err)
{
	bool sent = secret_is_set(&a->basic) && secret_is(ret, secret_str(&a->basic));
	int r = look_up(a, err);

	if (r < 0 || !a->found || sent)
		return r;
	if (a->options.is_plain && !a->options.allow_plain)
		return err_set(err, ERR_DENIED, "it wants a password over unencrypted http");
	if (!secret_is_set(&a->credentials.password))
		return err_set(err, ERR_DENIED, "it wants a password, but %s has only a token",
			       a->credentials.source);
	r = make_basic(a, &a->basic, err);
	if (r < 0)
		return r;
	return secret_set(ret, secret_str(&a->basic)) ? 1 : err_nomem(err);
}

/* Finds the best challenge of all fields: Bearer, else Basic. */
static int choose(const struct http_response *refused, struct arena *arena, struct challenge *ret,
		  bool *ret_basic, struct err *err)
{
	struct str field;
	bool bearer = false;

	*ret_basic = false;
	for (size_t i = 0;
	     http_header_find(strbuf_str(&refused->headers), "WWW-Authenticate", i, &field); i++) {
		struct challenge c;
		int r;

		while ((r = challenge_pull(&field, arena, &c, err)) > 0) {
			if (!bearer && str_eq_nocase(c.scheme, STR("Bearer"))) {
				bearer = true;
				*ret = c;
			}
			*ret_basic |= str_eq_nocase(c.scheme, STR("Basic"));
		}
		if (r < 0)
			return r;
	}
	return bearer;
}

static int answer(struct auth *a, const struct http_response *refused, struct secret *ret,
		  struct err *err)
{
	struct arena arena;
	struct challenge c = {0};
	bool basic;
	int r;

	arena_init(&arena, CHALLENGE_ARENA);
	r = choose(refused, &arena, &c, &basic, err);
	if (r > 0)
		r = answer_bearer(a, &c, ret, err);
	else if (r == 0 && basic)
		r = answer_basic(a, ret, err);
	arena_done(&arena);
	return r;
}

/* Before the registry has asked: what it wanted the last time. */
static int foresee(struct auth *a, struct secret *ret, struct err *err)
{
	const struct secret *known = NULL;

	if (a->scope)
		known = fresh_token(a, str_of(a->scope));
	else if (secret_is_set(&a->basic))
		known = &a->basic;
	secret_done(ret);
	return !known || secret_set(ret, secret_str(known)) ? 0 : err_nomem(err);
}

static int authorize(void *ctx, const struct http_response *refused, struct secret *ret,
		     struct err *err)
{
	struct auth *a = ctx;
	int r;

	pthread_mutex_lock(&a->lock);
	r = refused ? answer(a, refused, ret, err) : foresee(a, ret, err);
	pthread_mutex_unlock(&a->lock);
	return r;
}

/* --- life --- */

int auth_new(const struct auth_options *options, struct auth **ret, struct err *err)
{
	struct auth *a = calloc(1, sizeof *a);

	if (!a)
		return err_nomem(err);
	a->authorizer = (struct http_authorizer){.ctx = a, .authorize = authorize};
	a->options = *options;
	a->options.registry.p = str_dup(options->registry);
	a->options.repository.p = str_dup(options->repository);
	a->tokens = (struct vec)VEC_INIT(struct token, LIMIT_TOKENS);
	(void)pthread_mutex_init(&a->lock, NULL); /* cannot fail with default attributes */
	if (!a->options.registry.p || !a->options.repository.p) {
		auth_free(a);
		return err_nomem(err);
	}
	*ret = a;
	return 0;
}

void auth_free(struct auth *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->tokens.n; i++) {
		struct token *t = vec_at(&a->tokens, i);

		free(t->scope);
		secret_done(&t->value);
	}
	vec_done(&a->tokens);
	credentials_done(&a->credentials);
	secret_done(&a->basic);
	free(a->scope);
	free((void *)(uintptr_t)a->options.registry.p);
	free((void *)(uintptr_t)a->options.repository.p);
	(void)pthread_mutex_destroy(&a->lock); /* no stream is left */
	free(a);
}

const struct http_authorizer *auth_authorizer(const struct auth *a)
{
	return &a->authorizer;
}

const char *auth_source(const struct auth *a)
{
	return a->found ? a->credentials.source : "anonymous";
}
