/* SPDX-License-Identifier: Apache-2.0 */
#include "render/license.h"

#include "base/cleanup.h"
#include "crypto/digest.h"
#include "package/spdx_id.h"

#define REF_NAME_MAX	128  /* bytes of a name that stay readable in its LicenseRef- */
#define EXPRESSION_MAX	4096 /* bytes; a longer field is a text, not an expression */
#define PARENTHESES_MAX 32   /* depth */

static const struct dialect {
	const char *name, *id;
} dialects[] = {
#define LICENSE_DIALECT(name, id) {name, id},
#include "render/license_dialects.def"
#undef LICENSE_DIALECT
};

/* Byte order of the lower-case forms, as the lists are sorted. */
static int compare_nocase(struct str a, struct str b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++) {
		int d = (unsigned char)char_lower(a.p[i]) - (unsigned char)char_lower(b.p[i]);

		if (d)
			return d;
	}
	return (a.n > b.n) - (a.n < b.n);
}

/* The entry in a list of `n` elements of `size` bytes that start with a name; NULL: none. */
static const char *const *find_name(const void *list, size_t n, size_t size, struct str name)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const char *const *entry = (const void *)((const char *)list + middle * size);
		int order = compare_nocase(name, str_of(*entry));

		if (order == 0)
			return entry;
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static const char *find_dialect(struct str name)
{
	const char *const *entry = find_name(dialects, ARRAY_LEN(dialects), sizeof *dialects, name);

	return entry ? ((const struct dialect *)(const void *)entry)->id : NULL;
}

/* ---- one operand ---- */

struct conversion {
	struct strbuf *out;
	struct license_refs *refs;
	size_t n_operands;
	bool named;    /* a LicenseRef- was needed */
	bool compound; /* an operator, exception or parenthesis was written */
};

/* Behind "LicenseRef-", so that names whose odd bytes were lost stay distinct. */
static void add_hash(struct strbuf *out, struct str name)
{
	struct digest_value v;

	if (digest_of(name, &v, NULL) < 0) {
		out->error = ERR_NOMEM;
		return;
	}
	strbuf_addf(out, "-%02x%02x%02x%02x", v.bytes[0], v.bytes[1], v.bytes[2], v.bytes[3]);
}

static void add_ref_id(struct strbuf *out, struct str name)
{
	bool lossy = name.n > REF_NAME_MAX;

	strbuf_adds(out, "LicenseRef-");
	for (size_t i = 0; i < name.n && i < REF_NAME_MAX; i++) {
		char c = name.p[i];

		if (char_is_alnum(c) || c == '.' || c == '-') {
			strbuf_addc(out, c);
		} else if (c == '+') {
			strbuf_adds(out, "-plus");
		} else {
			strbuf_addc(out, '-');
			lossy |= c != ' ';
		}
	}
	if (lossy)
		add_hash(out, name);
}

static void add_ref(struct conversion *c, struct str name)
{
	size_t start = c->out->n;
	struct str rest = name;

	if (!str_pull_prefix(&rest, STR("LicenseRef-")) || str_is_empty(rest))
		rest = name;
	add_ref_id(c->out, rest);
	c->named = true;
	if (c->refs && c->out->error == ERR_OK)
		c->refs->add(c->refs, str_skip(strbuf_str(c->out), start), name);
}

/* A name without exception: its SPDX form, or false. */
static bool add_known(struct conversion *c, struct str name)
{
	const char *id = find_dialect(name);

	if (!id)
		id = spdx_license_find(name);
	if (id) {
		strbuf_adds(c->out, id);
		return true;
	}
	if (!str_has_suffix(name, STR("+")))
		return false;
	id = spdx_license_find(str_sub(name, 0, name.n - 1));
	if (!id)
		return false;
	strbuf_adds(c->out, id);
	strbuf_addc(c->out, '+');
	c->compound = true;
	return true;
}

/* "with" between words; its position, or s.n. */
static size_t find_with(struct str s)
{
	for (size_t i = 0; i + 6 <= s.n; i++)
		if (str_eq_nocase(str_sub(s, i, 6), STR(" with ")))
			return i;
	return s.n;
}

static void add_operand(struct conversion *c, struct str operand)
{
	size_t with = find_with(operand), start = c->out->n;
	struct str name = str_trim(str_sub(operand, 0, with));
	const char *exception;

	c->n_operands++;
	if (with == operand.n) {
		if (!add_known(c, operand))
			add_ref(c, operand);
		return;
	}
	exception = spdx_exception_find(str_trim(str_skip(operand, with + 6)));
	if (exception && add_known(c, name)) {
		strbuf_adds(c->out, " WITH ");
		strbuf_adds(c->out, exception);
		c->compound = true;
		return;
	}
	c->out->n = start;
	add_ref(c, operand);
}

/* ---- the expression: operands and operators in turn ---- */

enum token { TOKEN_END, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_AND, TOKEN_OR, TOKEN_WORD };

static enum token pull_token(struct str *s, struct str *ret_word)
{
	size_t n = 0;

	*s = str_trim(*s);
	if (s->n == 0)
		return TOKEN_END;
	if (s->p[0] == '(' || s->p[0] == ')') {
		enum token token = s->p[0] == '(' ? TOKEN_OPEN : TOKEN_CLOSE;

		*s = str_skip(*s, 1);
		return token;
	}
	while (n < s->n && !char_is_space(s->p[n]) && s->p[n] != '(' && s->p[n] != ')')
		n++;
	*ret_word = str_sub(*s, 0, n);
	*s = str_skip(*s, n);
	if (str_eq_nocase(*ret_word, STR("and")))
		return TOKEN_AND;
	return str_eq_nocase(*ret_word, STR("or")) ? TOKEN_OR : TOKEN_WORD;
}

/* The words up to the next operator or parenthesis, as they stand in the text. */
static struct str pull_operand(struct str *s, struct str first)
{
	struct str operand = first, rest = *s, word = STR_NULL;

	while (pull_token(&rest, &word) == TOKEN_WORD) {
		operand.n = (size_t)(word.p - operand.p) + word.n;
		*s = rest;
	}
	return operand;
}

static bool may_be_expression(struct str s)
{
	if (s.n > EXPRESSION_MAX || !str_is_utf8(s))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (strchr(",;:&|/\n\"", s.p[i]) || s.p[i] == '\0')
			return false;
	return true;
}

/* False when the text is no well-formed expression; c->out then holds a part. */
static bool convert_expression(struct conversion *c, struct str s)
{
	bool want_operand = true;
	size_t depth = 0;
	struct str word = STR_NULL;
	enum token token;

	while ((token = pull_token(&s, &word)) != TOKEN_END) {
		bool starts = token == TOKEN_OPEN || token == TOKEN_WORD;

		if (starts != want_operand)
			return false;
		switch (token) {
		case TOKEN_OPEN:
			if (++depth > PARENTHESES_MAX)
				return false;
			strbuf_addc(c->out, '(');
			break;
		case TOKEN_CLOSE:
			if (depth-- == 0)
				return false;
			strbuf_addc(c->out, ')');
			break;
		case TOKEN_AND:
		case TOKEN_OR:
			strbuf_adds(c->out, token == TOKEN_AND ? " AND " : " OR ");
			want_operand = true;
			break;
		case TOKEN_WORD:
			add_operand(c, pull_operand(&s, word));
			want_operand = false;
			break;
		case TOKEN_END:
			break;
		}
		c->compound |= token != TOKEN_WORD;
	}
	return !want_operand && depth == 0;
}

static bool says_nothing(struct str s)
{
	return str_is_empty(s) || str_is(s, "NONE") || str_is(s, "NOASSERTION") ||
	       str_is(s, "(none)");
}

enum license_kind license_convert(struct str written, struct strbuf *out, struct license_refs *refs)
{
	struct str s = str_trim(written);
	struct conversion c = {.out = out}, again = {.out = out, .refs = refs};
	size_t start = out->n;

	if (says_nothing(s))
		return LICENSE_NONE;
	/* A dry run first: the references of a half-read text must not be reported. */
	if (find_dialect(s) || !may_be_expression(s) || !convert_expression(&c, s)) {
		out->n = start;
		add_operand(&again, s);
	} else {
		out->n = start;
		(void)convert_expression(&again, s); /* the dry run went well */
	}
	if (again.named)
		return LICENSE_NAMED;
	return again.compound ? LICENSE_EXPRESSION : LICENSE_ID;
}

bool license_needs_parentheses(struct str expression)
{
	return str_find(expression, STR(" OR ")) < expression.n;
}
