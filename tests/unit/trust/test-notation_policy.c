/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "tests/unit/test.h"
#include "trust/notation/identity.h"

static struct arena arena;

#define S(more)                                                                                    \
	"{'version':'1.0','trustPolicies':[{'name':'a','registryScopes':['*'],"                    \
	"'signatureVerification':{'level':'strict'},'trustStores':['ca:x'],"                       \
	"'trustedIdentities':['*']" more "}]}"
#define WITH(scopes, verification, stores, identities)                                             \
	"{'version':'1.0','trustPolicies':[{'name':'a','registryScopes':" scopes                   \
	",'signatureVerification':" verification ",'trustStores':" stores                          \
	",'trustedIdentities':" identities "}]}"
#define STRICT	 "{'level':'strict'}"
#define ID(rest) "x509.subject: C=US, ST=WA, O=a" rest

static int parse(const char *text, enum notation_policy_kind kind, struct notation_policy *policy,
		 struct err *err)
{
	char bytes[4096];
	size_t n = strlen(text);

	assert_true(n < sizeof bytes);
	arena_done(&arena);
	arena_init(&arena, LIMIT_ARENA_BYTES);
	for (size_t i = 0; i < n; i++)
		bytes[i] = text[i] == '\'' ? '"' : text[i];
	return notation_policy_parse(str_make(bytes, n), kind, &arena, policy, err);
}

TEST(levels_and_what_overrides_them)
{
	const enum notation_action E = NOTATION_ENFORCE, L = NOTATION_LOG, K = NOTATION_SKIP;
	const struct {
		const char *verification;
		enum notation_action actions[NOTATION_N_CHECKS];
	} rows[] = {
		{STRICT, {E, E, E, E, E}},
		{"{'level':'permissive'}", {E, E, L, L, L}},
		{"{'level':'audit'}", {E, L, L, L, L}},
		{"{'level':'strict','override':{'expiry':'log','revocation':'skip'}}",
		 {E, E, E, L, K}},
		{"{'level':'audit','override':{'authenticity':'enforce',"
		 "'authenticTimestamp':'enforce'}}",
		 {E, E, E, L, L}},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct notation_policy policy;
		struct err err = {0};
		char text[1024];

		snprintf(text, sizeof text, WITH("['*']", "%s", "['ca:x']", "['*']"),
			 rows[i].verification);
		if (parse(text, NOTATION_POLICY_OCI, &policy, &err) < 0)
			fail_msg("%s: %s", rows[i].verification, err.msg);
		assert_memory_equal(policy.statements[0].actions, rows[i].actions,
				    sizeof rows[i].actions);
	}
}

TEST(documents_that_are_refused_say_why)
{
	const struct {
		const char *text, *why;
	} rows[] = {
		{"", "trust policy: "},
		{"[]", "the document is not an object"},
		{"{'version':'2.0','trustPolicies':[]}", "\"version\" is not \"1.0\""},
		{"{'version':'1.0'}", "\"trustPolicies\" is not a list"},
		{"{'version':'1.0','trustPolicies':[]}", "\"trustPolicies\" is not a list"},
		{"{'version':'1.0','trustPolicies':[1]}", "statement 1: the statement is not an"},
		{S(",'more':1"), "statement 1: the statement: \"more\" is not known"},
		{S(",'name':'b'"), "trust policy: "},
		{"{'version':'1.0','trustPolicies':[{'registryScopes':['*']}]}",
		 "\"name\" is missing"},
		{WITH("[]", STRICT, "['ca:x']", "['*']"), "\"registryScopes\" is not a list"},
		{WITH("['*','example.com/a']", STRICT, "['ca:x']", "['*']"), "the scope \"*\""},
		{WITH("['example.com/*']", STRICT, "['ca:x']", "['*']"), "no repository written"},
		{WITH("['alpine']", STRICT, "['ca:x']", "['*']"), "no repository written in full"},
		{WITH("['example.com/a:1']", STRICT, "['ca:x']", "['*']"), "no repository"},
		{WITH("['example.com/a','example.com/a']", STRICT, "['ca:x']", "['*']"),
		 "the scope \"example.com/a\" stands twice"},
		{WITH("['*']", "{'level':'lax'}", "['ca:x']", "['*']"), "\"level\" is none of"},
		{WITH("['*']", "{'level':'strict','verifyTimestamp':'never'}", "['ca:x']", "['*']"),
		 "\"verifyTimestamp\" is neither"},
		{WITH("['*']", "{'level':'strict','override':{'integrity':'log'}}", "['ca:x']",
		      "['*']"),
		 "integrity is always enforced"},
		{WITH("['*']", "{'level':'strict','override':{'expiry':'skip'}}", "['ca:x']",
		      "['*']"),
		 "\"expiry\" cannot be \"skip\""},
		{WITH("['*']", "{'level':'strict','override':{'all':'log'}}", "['ca:x']", "['*']"),
		 "no check is called \"all\""},
		{WITH("['*']", STRICT, "['x']", "['*']"), "is not TYPE:NAME"},
		{WITH("['*']", STRICT, "['ca:../x']", "['*']"), "is not TYPE:NAME"},
		{WITH("['*']", STRICT, "['ca:..']", "['*']"), "is not TYPE:NAME"},
		{WITH("['*']", STRICT, "['cb:x']", "['*']"),
		 "none of ca, signingAuthority and tsa"},
		{WITH("['*']", STRICT, "['tsa:x']", "['*']"), "names no store of type ca"},
		{WITH("['*']", STRICT, "['ca:x']", "['*','" ID("") "']"), "\"*\" beside others"},
		{WITH("['*']", STRICT, "['ca:x']", "['a@example.com']"), "it does not start with"},
		{WITH("['*']", STRICT, "['ca:x']", "['x509.subject: C=US, ST=WA']"),
		 "C, ST and O are needed"},
		{WITH("['*']", STRICT, "['ca:x']", "['" ID("") "','" ID(", CN=b") "']"), "overlap"},
		{WITH("['*']", "{'level':'skip'}", "['ca:x']", "['*']"), "\"skip\" for everything"},
		{WITH("['example.com/a']", "{'level':'skip'}", "['ca:x']", "['*']"),
		 "\"skip\" beside trust stores"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct notation_policy policy;
		struct err err = {0};

		if (parse(rows[i].text, NOTATION_POLICY_OCI, &policy, &err) == 0)
			fail_msg("taken: %s", rows[i].text);
		assert_has(err.msg, rows[i].why);
	}
}

#define ST(name, scope)                                                                            \
	"{'name':'" name "','registryScopes':['" scope                                             \
	"'],'signatureVerification':{'level':'strict'},'trustStores':['ca:x'],"                    \
	"'trustedIdentities':['*']}"

TEST(a_repository_has_its_own_statement_or_that_for_all)
{
	struct notation_policy policy;
	const struct notation_statement *s;
	struct err err = {0};

	assert_int_equal(parse("{'version':'1.0','trustPolicies':[" ST("all", "*") "," ST(
				       "one", "example.com/team/app") "]}",
			       NOTATION_POLICY_OCI, &policy, &err),
			 0);
	assert_int_equal(notation_policy_find(&policy, STR("example.com/team/app"), &s, &err), 0);
	assert_str(s->name, "one");
	assert_int_equal(notation_policy_find(&policy, STR("example.com/team"), &s, &err), 0);
	assert_str(s->name, "all");
	assert_int_equal(parse("{'version':'1.0','trustPolicies':[" ST("one", "example.com/a") "]}",
			       NOTATION_POLICY_OCI, &policy, &err),
			 0);
	assert_int_equal(notation_policy_find(&policy, STR("example.com/b"), &s, &err),
			 -ERR_NOT_FOUND);
	assert_has(err.msg, "no statement of the trust policy is for \"example.com/b\"");
	assert_int_equal(
		parse("{'version':'1.0','trustPolicies':[" ST("a", "*") "," ST("b", "*") "]"
											 "}",
		      NOTATION_POLICY_OCI, &policy, &err),
		-ERR_FORMAT);
	assert_has(err.msg, "2 statements are for everything");
	assert_int_equal(parse("{'version':'1.0','trustPolicies':[" ST("a", "example.com/a") "," ST(
				       "a", "example.com/b") "]}",
			       NOTATION_POLICY_OCI, &policy, &err),
			 -ERR_FORMAT);
	assert_has(err.msg, "two statements are called \"a\"");
}

#define BLOB(name, more)                                                                           \
	"{'name':'" name "','signatureVerification':{'level':'strict'},'trustStores':['ca:x'],"    \
	"'trustedIdentities':['*']" more "}"

TEST(blobs_have_policies_by_name)
{
	struct notation_policy policy;
	const struct notation_statement *s;
	struct err err = {0};

	assert_int_equal(parse("{'version':'1.0','trustPolicies':[" BLOB("a", "") "," BLOB(
				       "b", ",'globalPolicy':true") "]}",
			       NOTATION_POLICY_BLOB, &policy, &err),
			 0);
	assert_int_equal(notation_policy_find(&policy, STR("a"), &s, &err), 0);
	assert_str(s->name, "a");
	assert_int_equal(notation_policy_find(&policy, STR_NULL, &s, &err), 0);
	assert_str(s->name, "b");
	assert_int_equal(notation_policy_find(&policy, STR("c"), &s, &err), -ERR_NOT_FOUND);
	assert_int_equal(parse(S(""), NOTATION_POLICY_BLOB, &policy, &err), -ERR_FORMAT);
	assert_has(err.msg, "\"registryScopes\" is not known");
}

TEST(identities_are_read_as_the_specification_has_them)
{
	const struct {
		const char *text, *last; /* NULL: refused */
	} rows[] = {
		{ID(""), "a"},
		{"x509.subject:C=US,ST=WA,O=a", "a"},
		{"x509.subject: C=US, S=WA, O=a", "a"},
		{ID("\\, b"), "a, b"},
		{ID("\\;\\\\b\\ "), "a;\\b "},
		{ID("\\c3\\a9"), "a\xc3\xa9"},
		{ID(" b, CN=c d "), "c d"},
		{ID(", "), NULL},
		{ID("+CN=b"), NULL},
		{ID(", C=DE"), NULL},
		{ID(", CN="), NULL},
		{ID(", CN=#0401"), NULL},
		{ID(", CN=\\q"), NULL},
		{ID(", CN=a;b"), NULL},
		{ID("\\"), NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct notation_identity id;
		struct err err = {0};
		int r = notation_identity_parse(str_of(rows[i].text), &arena, &id, &err);

		if ((r == 0) != (rows[i].last != NULL))
			fail_msg("%s: %s", rows[i].text, err.msg);
		if (r == 0)
			assert_str(id.parts[id.n - 1].value, rows[i].last);
	}
}

TEST(a_subject_matches_with_every_attribute_once)
{
	const struct certificate_attribute subject[] = {
		{STR("C"), STR("US")}, {STR("ST"), STR("WA")}, {STR("O"), STR("a")},
		{STR("OU"), STR("x")}, {STR("OU"), STR("y")},
	};
	const struct {
		const char *text;
		bool matches;
	} rows[] = {
		{ID(""), true},	       {"x509.subject: c=US, s=WA, o=a", true},
		{ID(", OU=x"), false}, /* which of the two? */
		{ID(", CN=x"), false}, {ID("b"), false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct notation_identity id;

		assert_int_equal(notation_identity_parse(str_of(rows[i].text), &arena, &id, NULL),
				 0);
		assert_int_equal(notation_identity_matches(&id, subject, ARRAY_LEN(subject)),
				 rows[i].matches);
	}
}

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(levels_and_what_overrides_them),
		RUN(documents_that_are_refused_say_why),
		RUN(a_repository_has_its_own_statement_or_that_for_all),
		RUN(blobs_have_policies_by_name),
		RUN(identities_are_read_as_the_specification_has_them),
		RUN(a_subject_matches_with_every_attribute_once),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
