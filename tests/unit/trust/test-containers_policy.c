/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "trust/containers_policy.h"

static const char example[] =
	"{\"default\":[{\"type\":\"reject\"}],\"transports\":{"
	"\"docker\":{"
	"\"\":[{\"type\":\"insecureAcceptAnything\"},{\"type\":\"reject\"}],"
	"\"example.com\":[{\"type\":\"signedBy\",\"keyType\":\"GPGKeys\",\"keyPath\":\"/k\"}],"
	"\"example.com/team\":[{\"type\":\"signedBy\",\"keyType\":\"GPGKeys\",\"keyPaths\":"
	"[\"/a\",\"/b\"],\"signedIdentity\":{\"type\":\"matchExact\"}}],"
	"\"example.com/team/app:1\":[{\"type\":\"sigstoreSigned\",\"keyData\":\"a2V5\"}],"
	"\"*.example.org\":[{\"type\":\"sigstoreSigned\",\"fulcio\":{\"caPath\":\"/ca\","
	"\"oidcIssuer\":\"https://i\",\"subjectEmail\":\"a@example.com\"},"
	"\"rekorPublicKeyPaths\":[\"/r1\",\"/r2\"]}],"
	"\"pki.example.org\":[{\"type\":\"sigstoreSigned\",\"pki\":{\"caRootsPath\":\"/ca\","
	"\"caIntermediatesData\":\"a2V5\",\"subjectHostname\":\"h\"}}],"
	"\"base.example.org\":[{\"type\":\"signedBaseLayer\",\"baseLayerIdentity\":"
	"{\"type\":\"matchExact\"}}]},"
	"\"oci\":{\"/srv/images\":[{\"type\":\"insecureAcceptAnything\"}]},"
	"\"unheard-of\":{\"x\":[{\"type\":\"reject\"}]}}}";

static const struct {
	const char *image, *scope, *first;
	enum containers_requirement_kind kind;
} rows[] = {
	{"busybox", "", "transports.docker[\"\"][0]", REQUIREMENT_ACCEPT_ANYTHING},
	{"example.com/a:1", "example.com", "transports.docker[\"example.com\"][0]",
	 REQUIREMENT_SIGNED_BY},
	{"example.com/team/app:2", "example.com/team", "transports.docker[\"example.com/team\"][0]",
	 REQUIREMENT_SIGNED_BY},
	{"example.com/team/app:1", "example.com/team/app:1",
	 "transports.docker[\"example.com/team/app:1\"][0]", REQUIREMENT_SIGSTORE_SIGNED},
	{"x.y.example.org/a", "*.example.org", "transports.docker[\"*.example.org\"][0]",
	 REQUIREMENT_SIGSTORE_SIGNED},
	{"example.org/a", "", "transports.docker[\"\"][0]", REQUIREMENT_ACCEPT_ANYTHING},
	{"base.example.org/a", "base.example.org", "transports.docker[\"base.example.org\"][0]",
	 REQUIREMENT_SIGNED_BASE_LAYER},
	{"example.com.evil/a", "", "transports.docker[\"\"][0]", REQUIREMENT_ACCEPT_ANYTHING},
};

static struct containers_policy *parse_example(struct arena *a)
{
	struct containers_policy *policy = NULL;
	struct err err = {0};

	if (containers_policy_parse(STR(example), "p", a, &policy, &err) < 0)
		fail_msg("%s", err.msg);
	return policy;
}

TEST(the_most_specific_scope_decides)
{
	struct containers_policy *policy;
	const struct containers_scope *scope;
	struct arena a;

	arena_init(&a, 1 << 20);
	policy = parse_example(&a);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct image_identity id;

		assert_int_equal(image_identity_parse(str_of(rows[i].image), &a, &id, NULL), 0);
		assert_int_equal(containers_policy_find(policy, &id, &a, &scope, NULL), 0);
		assert_str(scope->scope, rows[i].scope);
		assert_str(scope->requirements[0].path, rows[i].first);
		assert_int_equal(scope->requirements[0].kind, rows[i].kind);
	}
	arena_done(&a);
}

TEST(other_transports_have_scopes_of_their_own)
{
	struct image_identity layout = {.transport = STR("oci"), .path = STR("/srv/images/a")};
	struct image_identity other = {.transport = STR("oci"), .path = STR("/srv/other")};
	struct image_identity archive = {.transport = STR("docker-archive")};
	const struct containers_scope *scope;
	struct containers_policy *policy;
	struct arena a;

	arena_init(&a, 1 << 20);
	policy = parse_example(&a);
	assert_int_equal(containers_policy_find(policy, &layout, &a, &scope, NULL), 0);
	assert_str(scope->scope, "/srv/images");
	assert_int_equal(containers_policy_find(policy, &other, &a, &scope, NULL), 0);
	assert_str(scope->requirements[0].path, "default[0]");
	assert_int_equal(containers_policy_find(policy, &archive, &a, &scope, NULL), 0);
	assert_str(scope->requirements[0].path, "default[0]");
	arena_done(&a);
}

TEST(all_members_of_requirements_are_read)
{
	const struct containers_scope *scope;
	struct containers_policy *policy;
	struct image_identity id;
	struct arena a;

	arena_init(&a, 1 << 20);
	policy = parse_example(&a);
	assert_int_equal(image_identity_parse(STR("example.com/team/x"), &a, &id, NULL), 0);
	assert_int_equal(containers_policy_find(policy, &id, &a, &scope, NULL), 0);
	assert_int_equal(scope->requirements[0].keys.paths.n, 2);
	assert_str(scope->requirements[0].keys.paths.p[1], "/b");
	assert_int_equal(scope->requirements[0].identity.kind, MATCH_EXACT);
	assert_int_equal(image_identity_parse(STR("a.example.org/x"), &a, &id, NULL), 0);
	assert_int_equal(containers_policy_find(policy, &id, &a, &scope, NULL), 0);
	assert_str(scope->requirements[0].fulcio_ca.paths.p[0], "/ca");
	assert_str(scope->requirements[0].fulcio_email, "a@example.com");
	assert_int_equal(scope->requirements[0].rekor.paths.n, 2);
	assert_int_equal(scope->requirements[0].identity.kind, MATCH_REPO_DIGEST_OR_EXACT);
	assert_int_equal(image_identity_parse(STR("pki.example.org/x"), &a, &id, NULL), 0);
	assert_int_equal(containers_policy_find(policy, &id, &a, &scope, NULL), 0);
	assert_str(scope->requirements[0].pki_intermediates.datas.p[0], "key");
	assert_str(scope->requirements[0].pki_host, "h");
	arena_done(&a);
}

#define SIGNED(rest)   "{\"default\":[{\"type\":\"signedBy\"," rest "}]}"
#define SIGSTORE(rest) "{\"default\":[{\"type\":\"sigstoreSigned\"," rest "}]}"
#define FULCIO(rest)   SIGSTORE("\"fulcio\":{" rest "},\"rekorPublicKeyPath\":\"/r\"")
#define KEY	       "\"keyPath\":\"/k\""

static const struct {
	const char *text, *says;
} bad[] = {
	{"", "p: line 1"},
	{"[]", "policy: is no object"},
	{"{}", "policy: \"default\" is missing"},
	{"{\"default\":{}}", "default: is no list"},
	{"{\"default\":[]}", "default: is empty"},
	{"{\"default\":[{\"type\":\"reject\"}],\"x\":1}", "policy: \"x\" is not known here"},
	{"{\"default\":[{\"type\":\"reject\"}],\"default\":[]}", "duplicate"},
	{"{\"default\":[1]}", "default[0]: is no object"},
	{"{\"default\":[{}]}", "default[0]: \"type\" is no string"},
	{"{\"default\":[{\"type\":\"accept\"}]}", "default[0]: type \"accept\" is not known"},
	{"{\"default\":[{\"type\":\"reject\",\"x\":1}]}", "default[0]: \"x\" is not known here"},
	{"{\"default\":[{\"type\":\"reject\"},{\"type\":\"x\"}]}", "default[1]: type"},
	{SIGNED("\"keyType\":\"GPGKeys\""), "needs keyPath, keyPaths or keyData"},
	{SIGNED(KEY), "\"keyType\" is missing"},
	{SIGNED("\"keyType\":\"gpg\"," KEY), "keyType \"gpg\" is not known"},
	{SIGNED("\"keyType\":\"GPGKeys\"," KEY ",\"keyData\":\"a2V5\""), "is one too many"},
	{SIGNED("\"keyType\":\"GPGKeys\",\"keyPath\":\"\""), "\"keyPath\" is empty"},
	{SIGNED("\"keyType\":\"GPGKeys\",\"keyPaths\":[]"), "\"keyPaths\" is empty"},
	{SIGNED("\"keyType\":\"GPGKeys\",\"keyPaths\":\"/k\""), "\"keyPaths\" is no list"},
	{SIGNED("\"keyType\":\"GPGKeys\",\"keyPaths\":[1]"), "\"keyPaths\" is no string"},
	{SIGNED("\"keyType\":\"GPGKeys\",\"keyData\":\"%%\""), "keyData"},
	{SIGNED("\"keyType\":\"GPGKeys\"," KEY ",\"signedIdentity\":null"),
	 "default[0].signedIdentity: is no object"},
	{SIGNED("\"keyType\":\"GPGKeys\"," KEY ",\"keyDatas\":[\"a2V5\"]"),
	 "\"keyDatas\" is not known here"},
	{SIGSTORE("\"signedIdentity\":{\"type\":\"matchExact\"}"), "needs one of keyPath"},
	{SIGSTORE("\"keyPath\":\"/k\",\"keyDatas\":[\"a2V5\"]"), "one too many"},
	{SIGSTORE("\"keyPath\":\"/k\",\"pki\":{\"caRootsPath\":\"/c\",\"subjectEmail\":\"e\"}"),
	 "and no two"},
	{SIGSTORE("\"keyPath\":\"/k\",\"rekorPublicKeyPath\":\"/r\",\"rekorPublicKeyData\":\"eA\""),
	 "one too many"},
	{SIGSTORE("\"fulcio\":{\"caPath\":\"/c\",\"oidcIssuer\":\"i\",\"subjectEmail\":\"e\"}"),
	 "with fulcio it needs rekorPublicKeyPath"},
	{FULCIO("\"oidcIssuer\":\"i\",\"subjectEmail\":\"e\""), "needs caPath or caData"},
	{FULCIO("\"caPath\":\"/c\",\"subjectEmail\":\"e\""), "\"oidcIssuer\" is missing"},
	{FULCIO("\"caPath\":\"/c\",\"oidcIssuer\":\"\",\"subjectEmail\":\"e\""),
	 "\"oidcIssuer\" is empty"},
	{SIGSTORE("\"pki\":{\"caRootsPath\":\"/c\"}"), "needs subjectEmail or subjectHostname"},
	{SIGSTORE("\"pki\":{\"subjectEmail\":\"e\"}"), "needs caRootsPath or caRootsData"},
	{"{\"default\":[{\"type\":\"reject\"}],\"transports\":[]}", "transports: is no object"},
	{"{\"default\":[{\"type\":\"reject\"}],\"transports\":{\"docker\":[]}}",
	 "\"docker\" is no object"},
	{"{\"default\":[{\"type\":\"reject\"}],\"transports\":{\"docker\":{\"a\":[]}}}",
	 "transports.docker[\"a\"]: is empty"},
	{"{\"default\":[{\"type\":\"reject\"}],\"transports\":{\"dir\":{\"/\":[{\"type\":"
	 "\"reject\"}]}}}",
	 "\"/\" is no absolute path"},
	{"{\"default\":[{\"type\":\"reject\"}],\"transports\":{\"oci\":{\"a/b\":[{\"type\":"
	 "\"reject\"}]}}}",
	 "\"a/b\" is no absolute path"},
};

TEST(what_is_not_as_it_should_be_refuses_the_whole_policy)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct containers_policy *policy;
		struct err err = {0};

		if (containers_policy_parse(str_of(bad[i].text), "p", &a, &policy, &err) >= 0)
			fail_msg("taken: %s", bad[i].text);
		assert_has(err.msg, bad[i].says);
		assert_has(err.msg, "p: ");
	}
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_most_specific_scope_decides),
		RUN(other_transports_have_scopes_of_their_own),
		RUN(all_members_of_requirements_are_read),
		RUN(what_is_not_as_it_should_be_refuses_the_whole_policy),
	};

	return RUN_ALL(tests);
}
