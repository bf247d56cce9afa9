/* SPDX-License-Identifier: Apache-2.0 */
/* A store in memory, whose tags, list and bytes a test sets, and what is found in it. */
#include "trust/attachment.h"

#include "base/limits.h"
#include "image/manifest.h"
#include "tests/unit/test.h"

#define N_KEPT 40

struct kept {
	char tag[ARTIFACT_TAG_MAX]; /* empty: none */
	char digest[DIGEST_TEXT_MAX];
	char bytes[2000];
};

struct fake {
	struct artifact_store store;
	struct kept kept[N_KEPT];
	size_t n;
	struct artifact list[N_KEPT]; /* of referrers */
	size_t n_list;
	bool known;
	bool strict; /* lists nothing when a type is asked for */
	size_t n_lists;
	enum err_code list_error;    /* ERR_OK: none */
	const char *failing_version; /* asked for, gives failing_code */
	enum err_code failing_code;
	size_t n_asked;
};

static struct fake fake;
static char image[DIGEST_TEXT_MAX];

static int get_manifest(struct artifact_store *s, struct str version, struct registry_manifest *ret,
			struct err *err)
{
	const struct fake *f = (const struct fake *)s;

	fake.n_asked++;
	if (f->failing_version && str_is(version, f->failing_version))
		return err_set(err, f->failing_code, "told to fail");
	for (size_t i = f->n; i-- > 0;) {
		const struct kept *k = &f->kept[i];

		if (!str_is(version, k->digest) && !(k->tag[0] && str_is(version, k->tag)))
			continue;
		strbuf_adds(&ret->bytes, k->bytes);
		(void)snprintf(ret->digest, sizeof ret->digest, "%s", k->digest);
		(void)snprintf(ret->media_type, sizeof ret->media_type, "a/manifest");
		return strbuf_check(&ret->bytes, err);
	}
	return err_set(err, ERR_NOT_FOUND, "%.*s is not there", STR_FMT(version));
}

static int referrers(struct artifact_store *s, struct str digest, struct str type, struct arena *a,
		     struct artifact_list *ret, bool *ret_known, struct err *err)
{
	const struct fake *f = (const struct fake *)s;

	if (f->list_error)
		return err_set(err, f->list_error, "no list");
	fake.n_lists++;
	*ret = (struct artifact_list){f->list, type.n && f->strict ? 0 : f->n_list};
	*ret_known = f->known;
	return 0;
}

static const struct artifact_store_ops ops = {.manifest = get_manifest, .referrers = referrers};

static const char *keep(const char *tag, const char *bytes)
{
	struct kept *k = &fake.kept[fake.n++];
	struct digest_value value;

	(void)snprintf(k->tag, sizeof k->tag, "%s", tag);
	(void)snprintf(k->bytes, sizeof k->bytes, "%s", bytes);
	assert_int_equal(digest_of(str_of(k->bytes), &value, NULL), 0);
	(void)digest_format(&value, k->digest);
	return k->digest;
}

#define PART(type)                                                                                 \
	"{\"mediaType\":\"" type "\",\"digest\":\"sha256:"                                         \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\",\"size\":2}"

/* An artifact of one layer; type: NULL for none of its own; about: NULL for no subject. */
static const char *artifact(const char *tag, const char *type, const char *layer, const char *about)
{
	static char bytes[2000];
	char subject[300] = "", own[200] = "";

	if (about)
		(void)snprintf(subject, sizeof subject,
			       ",\"subject\":{\"mediaType\":\"a/b\",\"digest\":\"%s\",\"size\":1}",
			       about);
	if (type)
		(void)snprintf(own, sizeof own, ",\"artifactType\":\"%s\"", type);
	(void)snprintf(bytes, sizeof bytes,
		       "{\"schemaVersion\":2,\"config\":" PART(
			       "application/vnd.oci.empty.v1+json") ",\"layers\":[{\"mediaType\":"
								    "\"%s\",\"digest\":\"%s\","
								    "\"size\":2}]%s%s}",
		       layer, image, own, subject);
	return keep(tag, bytes);
}

static void list(const char *digest, const char *type)
{
	fake.list[fake.n_list++] = (struct artifact){.media_type = STR("a/manifest"),
						     .digest = str_of(digest),
						     .artifact_type = str_of(type)};
}

static const char *tag(const char *suffix)
{
	static char buf[ARTIFACT_TAG_MAX];

	(void)artifact_digest_tag(str_of(image), suffix, buf);
	return buf;
}

/* The index at the fallback tag. */
static void fall_back(const char *a, const char *b)
{
	char bytes[1000];

	(void)snprintf(
		bytes, sizeof bytes,
		"{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"a/manifest\",\"digest\":"
		"\"%s\",\"size\":1,\"artifactType\":\"application/"
		"vnd.cncf.notary.signature\"},{\"mediaType\":\"a/manifest\",\"digest\":\"%s\","
		"\"size\":1}]}",
		a, b);
	(void)keep(tag(""), bytes);
}

static int setup(void **state)
{
	fake = (struct fake){.store = {.ops = &ops, .transport = "fake"}, .known = true};
	(void)snprintf(image, sizeof image, "%s",
		       keep("1", "{\"schemaVersion\":2,\"config\":" PART("a/b") ",\"layers\":[]}"));
	return 0;
}

static int find(unsigned kinds, struct attachments *ret, struct err *err)
{
	return attachment_find(&fake.store, str_of(image), kinds, ret, err);
}

#define BUNDLE	 "application/vnd.dev.sigstore.bundle.v0.3+json"
#define NOTATION "application/vnd.cncf.notary.signature"
#define SIMPLE	 "application/vnd.dev.cosign.simplesigning.v1+json"
#define DSSE	 "application/vnd.dsse.envelope.v1+json"

TEST(places_are_looked_at_in_order_and_each_artifact_is_told_once)
{
	CLEANUP(attachments_done) struct attachments all = {0};
	const char *listed = artifact("", BUNDLE, "a/b", image);
	const char *fallen = artifact("", NOTATION, "a/b", image);
	const char *sig = artifact(tag(".sig"), NULL, SIMPLE, NULL);
	const char *att = artifact(tag(".att"), NULL, DSSE, NULL);

	list(listed, "");
	fall_back(listed, fallen);
	assert_int_equal(find(ATTACHMENT_ALL, &all, NULL), 0);
	assert_int_equal(all.n, 4);
	assert_int_equal(all.n_refused, 0);
	assert_str(all.p[0].digest, listed);
	assert_int_equal(all.p[0].place, ATTACHMENT_REFERRER);
	assert_int_equal(all.p[0].kind, ATTACHMENT_BUNDLE);
	assert_str(all.p[1].digest, fallen);
	assert_int_equal(all.p[1].place, ATTACHMENT_FALLBACK_TAG);
	assert_int_equal(all.p[1].kind, ATTACHMENT_NOTATION);
	assert_str(all.p[2].digest, sig);
	assert_int_equal(all.p[2].kind, ATTACHMENT_SIGNATURE);
	assert_str(all.p[3].digest, att);
	assert_int_equal(all.p[3].kind, ATTACHMENT_ATTESTATION);
	assert_str(all.p[3].own_tag, tag(".att"));
}

TEST(only_the_kinds_asked_for_are_given_and_tags_of_others_not_asked_for)
{
	CLEANUP(attachments_done) struct attachments all = {0};

	list(artifact("", BUNDLE, "a/b", image), BUNDLE);
	list(artifact("", NOTATION, "a/b", image), "");
	(void)artifact(tag(".sig"), NULL, SIMPLE, NULL);
	fake.n_asked = 0;
	assert_int_equal(find(ATTACHMENT_NOTATION, &all, NULL), 0);
	assert_int_equal(all.n, 1);
	assert_int_equal(all.p[0].kind, ATTACHMENT_NOTATION);
	assert_int_equal(fake.n_asked, 2); /* its manifest, and the fallback tag */
}

TEST(one_type_is_asked_for_and_all_where_that_gives_nothing)
{
	for (int strict = 0; strict < 2; strict++) {
		CLEANUP(attachments_done) struct attachments all = {0};

		(void)setup(NULL);
		fake.strict = strict;
		list(artifact("", NULL, NOTATION, image), "a/b");
		assert_int_equal(find(ATTACHMENT_NOTATION, &all, NULL), 0);
		assert_int_equal(all.n, 1);
		assert_int_equal(fake.n_lists, strict ? 2 : 1);
	}
}

TEST(signatures_and_attestations_are_found_apart)
{
	CLEANUP(attachments_done) struct attachments all = {0};

	(void)artifact(tag(".att"), NULL, DSSE, NULL);
	assert_int_equal(find(ATTACHMENT_SIGNATURE, &all, NULL), 0);
	assert_int_equal(all.n, 0);
	attachments_done(&all);
	assert_int_equal(find(ATTACHMENT_ATTESTATION, &all, NULL), 0);
	assert_int_equal(all.n, 1);
}

TEST(the_type_in_a_fallback_index_is_ignored)
{
	CLEANUP(attachments_done) struct attachments all = {0};
	const char *one = artifact("", BUNDLE, "a/b", image); /* listed as of the Notary Project */
	const char *two = artifact("", NULL, BUNDLE, image);

	fake.known = false;
	fall_back(one, two);
	assert_int_equal(find(ATTACHMENT_BUNDLE, &all, NULL), 0);
	assert_int_equal(all.n, 2);
}

TEST(what_is_about_something_else_is_refused)
{
	CLEANUP(attachments_done) struct attachments all = {0};
	static const char other[] =
		"sha256:aaaabbbbccccddddaaaabbbbccccddddaaaabbbbccccddddaaaabbbbccccdddd";

	list(artifact("", BUNDLE, "a/b", other), BUNDLE);
	list(artifact("", BUNDLE, "a/c", NULL), BUNDLE);
	(void)artifact(tag(".sig"), NULL, SIMPLE, other);
	assert_int_equal(find(ATTACHMENT_ALL, &all, NULL), 0);
	assert_int_equal(all.n, 0);
	assert_int_equal(all.n_refused, 3);
	assert_has(all.refused[0].why.p, other);
	assert_has(all.refused[0].why.p, image);
	assert_has(all.refused[1].why.p, "is about nothing");
	assert_has(all.refused[2].why.p, other);
}

TEST(what_is_gone_or_malformed_is_refused_and_hides_nothing)
{
	CLEANUP(attachments_done) struct attachments all = {0};
	static const char gone[] =
		"sha256:aaaabbbbccccddddaaaabbbbccccddddaaaabbbbccccddddaaaabbbbccccdddd";

	list(gone, BUNDLE);
	list(keep("", "no json"), BUNDLE);
	list("sha256:short", BUNDLE);
	list(artifact("", BUNDLE, "a/b", image), BUNDLE);
	assert_int_equal(find(ATTACHMENT_ALL, &all, NULL), 0);
	assert_int_equal(all.n, 1);
	assert_int_equal(all.n_refused, 3);
	assert_has(all.refused[0].why.p, "is not there");
}

TEST(another_manifest_than_asked_for_ends_it)
{
	CLEANUP(attachments_done) struct attachments all = {0};
	const char *digest = artifact("", BUNDLE, "a/b", image);
	struct err err = {0};

	fake.kept[fake.n - 1].bytes[1] = ' '; /* still JSON */
	list(digest, BUNDLE);
	assert_int_equal(find(ATTACHMENT_ALL, &all, &err), -ERR_DENIED);
	assert_has(err.msg, digest);
	assert_int_equal(all.n, 0);
}

TEST(a_store_that_fails_is_an_error_and_not_an_empty_list)
{
	static const enum err_code codes[] = {ERR_IO, ERR_DENIED, ERR_LIMIT, ERR_CANCELED};
	static const char *const suffixes[] = {"", ".sig", ".att", ".sbom"};
	char version[ARTIFACT_TAG_MAX];

	for (size_t c = 0; c < ARRAY_LEN(codes); c++) {
		CLEANUP(attachments_done) struct attachments all = {0};

		fake.list_error = codes[c];
		assert_int_equal(find(ATTACHMENT_ALL, &all, NULL), -(int)codes[c]);
		fake.list_error = ERR_OK;
		fake.failing_code = codes[c];
		for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
			struct err err = {0};

			(void)snprintf(version, sizeof version, "%s", tag(suffixes[i]));
			fake.failing_version = version;
			assert_int_equal(find(ATTACHMENT_ALL, &all, &err), -(int)codes[c]);
			assert_has(err.msg, "told to fail");
		}
		fake.failing_version = NULL;
	}
}

TEST(something_else_at_the_fallback_tag_is_an_error)
{
	CLEANUP(attachments_done) struct attachments all = {0};
	struct err err = {0};

	(void)artifact(tag(""), BUNDLE, "a/b", image);
	assert_int_equal(find(ATTACHMENT_ALL, &all, &err), -ERR_FORMAT);
	assert_has(err.msg, "it is no index");
}

TEST(an_artifact_that_is_listed_too_keeps_its_own_tag)
{
	CLEANUP(attachments_done) struct attachments all = {0};

	list(artifact(tag(".sig"), NULL, SIMPLE, image), "");
	assert_int_equal(find(ATTACHMENT_ALL, &all, NULL), 0);
	assert_int_equal(all.n, 1);
	assert_int_equal(all.p[0].place, ATTACHMENT_REFERRER);
	assert_str(all.p[0].own_tag, tag(".sig"));
}

TEST(kinds_are_told_by_type_and_by_layers)
{
	static const struct {
		const char *type, *layer;
		enum attachment_kind kind;
	} rows[] = {
		{BUNDLE, "a/b", ATTACHMENT_BUNDLE},
		{"application/vnd.dev.sigstore.bundle+json;version=0.2", "a/b", ATTACHMENT_BUNDLE},
		{"application/vnd.oci.empty.v1+json", BUNDLE, ATTACHMENT_BUNDLE},
		{"a/config", SIMPLE, ATTACHMENT_SIGNATURE},
		{"a/config", DSSE, ATTACHMENT_ATTESTATION},
		{"a/config", "application/vnd.in-toto+json", ATTACHMENT_ATTESTATION},
		{NOTATION, "application/jose+json", ATTACHMENT_NOTATION},
		{"application/spdx+json", "a/b", ATTACHMENT_SBOM},
		{"a/config", "application/vnd.cyclonedx+xml", ATTACHMENT_SBOM},
		{"text/plain", "text/plain", ATTACHMENT_OTHER},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct artifact layer = {.media_type = str_of(rows[i].layer)};
		struct artifact_manifest m = {
			.artifact_type = str_of(rows[i].type), .layers = &layer, .n_layers = 1};

		assert_int_equal(attachment_kind_of(&m), rows[i].kind);
	}
}

#define RUN_FRESH(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_FRESH(places_are_looked_at_in_order_and_each_artifact_is_told_once),
		RUN_FRESH(only_the_kinds_asked_for_are_given_and_tags_of_others_not_asked_for),
		RUN_FRESH(one_type_is_asked_for_and_all_where_that_gives_nothing),
		RUN_FRESH(signatures_and_attestations_are_found_apart),
		RUN_FRESH(the_type_in_a_fallback_index_is_ignored),
		RUN_FRESH(what_is_about_something_else_is_refused),
		RUN_FRESH(what_is_gone_or_malformed_is_refused_and_hides_nothing),
		RUN_FRESH(another_manifest_than_asked_for_ends_it),
		RUN_FRESH(a_store_that_fails_is_an_error_and_not_an_empty_list),
		RUN_FRESH(something_else_at_the_fallback_tag_is_an_error),
		RUN_FRESH(an_artifact_that_is_listed_too_keeps_its_own_tag),
		RUN_FRESH(kinds_are_told_by_type_and_by_layers),
	};

	return RUN_ALL(tests);
}
