/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/statement.h"

/* Hex in the case that digests are written in: what is compared byte by byte must have one form. */
static bool is_digest_text(struct str hex)
{
	for (size_t i = 0; i < hex.n; i++)
		if (!(char_is_digit(hex.p[i]) || char_is_alpha(hex.p[i])))
			return false;
	return hex.n > 0;
}

static int check_subject(const struct json *subject, size_t i, struct err *err)
{
	const struct json *digests = json_get(subject, "digest"), *value;
	struct str algorithm;
	void *iter = NULL;

	if (json_kind_of(digests) != JSON_KIND_MAP || json_len(digests) == 0)
		return err_set(err, ERR_FORMAT, "subject %zu of the statement has no digest",
			       i + 1);
	while (json_each(digests, &iter, &algorithm, &value))
		if (!is_digest_text(json_str(value)))
			return err_set(err, ERR_FORMAT,
				       "subject %zu of the statement: its digest \"%.*s\" is none",
				       i + 1, STR_FMT(algorithm));
	return 0;
}

static int check_type(struct str type, struct err *err)
{
	if (str_is(type, STATEMENT_V0_1) || str_is(type, STATEMENT_V1))
		return 0;
	return err_set(err, ERR_FORMAT, "no in-toto statement: \"_type\" is \"%.*s\"",
		       STR_FMT(str_sub(type, 0, 100)));
}

static int take(struct statement *s, struct err *err)
{
	const struct json *predicate = json_get(s->doc, "predicate");
	int r;

	s->type = json_get_str(s->doc, "_type");
	s->predicate_type = json_get_str(s->doc, "predicateType");
	s->subjects = json_get(s->doc, "subject");
	s->n_subjects = json_len(s->subjects);
	if ((r = check_type(s->type, err)) < 0)
		return r;
	if (s->predicate_type.n == 0)
		return err_set(err, ERR_FORMAT, "the statement has no \"predicateType\"");
	if (json_kind_of(s->subjects) != JSON_KIND_LIST || s->n_subjects == 0)
		return err_set(err, ERR_FORMAT, "the statement has no \"subject\"");
	/* cosign writes an SPDX document that is no JSON as a text. */
	if (json_kind_of(predicate) == JSON_KIND_MAP || json_kind_of(predicate) == JSON_KIND_TEXT)
		s->predicate = predicate;
	else if (predicate && json_kind_of(predicate) != JSON_KIND_NULL)
		return err_set(err, ERR_FORMAT,
			       "\"predicate\" of the statement is no object, and no text");
	for (size_t i = 0; i < s->n_subjects; i++)
		if ((r = check_subject(json_at(s->subjects, i), i, err)) < 0)
			return r;
	return 0;
}

int statement_parse(struct str payload, struct statement *ret, struct err *err)
{
	CLEANUP(statement_done) struct statement s = {0};
	int r = json_parse(payload, &s.doc, err);

	if (r < 0)
		return err_wrap(err, r, "the statement");
	if ((r = take(&s, err)) < 0)
		return r;
	*ret = s;
	s.doc = NULL;
	return 0;
}

void statement_done(struct statement *s)
{
	json_free(s->doc);
	*s = (struct statement){0};
}

struct str statement_subject_name(const struct statement *s, size_t i)
{
	return json_get_str(json_at(s->subjects, i), "name");
}

struct str statement_subject_digest(const struct statement *s, size_t i, const char *algorithm)
{
	return json_get_str(json_get(json_at(s->subjects, i), "digest"), algorithm);
}

bool statement_is_about(const struct statement *s, const struct digest_value *digest, size_t *ret_i)
{
	static const char *const names[] = {"sha256", "sha384", "sha512"};
	char text[DIGEST_TEXT_MAX];
	struct str hex, name;

	if (!str_cut(digest_format(digest, text), ':', &name, &hex))
		return false;
	for (size_t i = 0; i < s->n_subjects; i++)
		if (str_eq(statement_subject_digest(s, i, names[digest->algorithm]), hex)) {
			if (ret_i)
				*ret_i = i;
			return true;
		}
	return false;
}
