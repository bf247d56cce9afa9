/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test_ca.h"
#include "tests/unit/trust/dct_world.h"

static const struct dct_pins first_seen = {.tofu = true};

TEST(a_tag_is_its_digest)
{
	struct world w = world_usual();
	struct claim claim = {0};
	struct err err = {0};

	world_make(&w);
	assert_int_equal(world_look(&w, &first_seen, "1.0", &claim, &err), 0);
	assert_str(claim.digest, DIGEST_ONE);
	assert_str(claim.roles, "targets");
	assert_str(claim.name, GUN ":1.0");
	assert_str(claim.subject, "CN=" GUN);
	assert_str(claim.fingerprint,
		   arena_strf(&w.arena, "%.*s", STR_FMT(w.public[KEY_ROOT].id)).p);
	assert_int_equal(claim.expires, NOW + 10 * DAY);
	assert_int_equal(w.warnings.n, 0);
	assert_null(w.trail.failed);
	world_done(&w);
}

/* The root's key as OpenSSL has it. */
static EVP_PKEY *root_key(struct world *w)
{
	CLEANUP(secret_done) struct secret der = {0};
	const unsigned char *p;

	assert_int_equal(secret_key_der(w->keys[KEY_ROOT], &der, NULL), 0);
	p = (const unsigned char *)der.p;
	return d2i_AutoPrivateKey(NULL, &p, (long)der.n);
}

static void add_pem(struct strbuf *pem, const struct test_cert *c)
{
	CLEANUP(certificate_freep) struct certificate *cert = NULL;

	assert_int_equal(certificate_parse(test_cert_der(c), &cert, NULL), 0);
	assert_int_equal(certificate_format(cert, pem, NULL), 0);
}

static void make_ca(struct world *w, struct strbuf *pem)
{
	EVP_PKEY *key = root_key(w);
	struct test_cert ca = {0};

	test_cert_make(&ca, NULL,
		       (struct test_cert_plan){.name = GUN, .is_ca = true, .use_key = key});
	add_pem(pem, &ca);
	test_cert_done(&ca);
	EVP_PKEY_free(key);
}

static void make_two(struct world *w, struct strbuf *pem)
{
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			secret_key_certify(w->keys[KEY_ROOT], STR(GUN), NOW, NOW + DAY, pem, NULL),
			0);
}

/* Each row turns one thing in a collection that holds otherwise. */
struct row {
	const char *what;
	void (*turn)(struct world *w);
	const char *tag, *check, *why;
};

#define TURN(name, ...)                                                                            \
	static void name(struct world *w)                                                          \
	{                                                                                          \
		__VA_ARGS__;                                                                       \
	}

TURN(other_name, w->common_name = "example.com/team/other")
TURN(other_wildcard, w->common_name = "example.com/other/*")
TURN(name_longer, w->common_name = GUN "/more")
TURN(empty_name, w->common_name = "example.com/team/ap")
TURN(cert_expired, w->cert_until = NOW - 1)
TURN(cert_not_yet, w->cert_from = NOW + 2 * DAY)
TURN(no_certificate, w->plain_root_key = true)
TURN(root_expired, w->expires[TUF_ROOT] = NOW)
TURN(timestamp_expired, w->expires[TUF_TIMESTAMP] = NOW)
TURN(snapshot_expired, w->expires[TUF_SNAPSHOT] = NOW)
TURN(targets_expired, w->expires[TUF_TARGETS] = NOW)
TURN(root_other_key, w->signer[TUF_ROOT] = KEY_OTHER)
TURN(timestamp_other_key, w->signer[TUF_TIMESTAMP] = KEY_OTHER)
TURN(snapshot_other_key, w->signer[TUF_SNAPSHOT] = KEY_OTHER)
TURN(targets_other_key, w->signer[TUF_TARGETS] = KEY_SNAPSHOT)
TURN(threshold, w->targets_threshold = 2)
TURN(no_root, w->missing = "root")
TURN(no_timestamp, w->missing = "timestamp")
TURN(no_snapshot, w->missing = "snapshot")
TURN(no_targets, w->missing = "targets")
TURN(longer_snapshot, w->damaged = "snapshot")
TURN(longer_targets, w->damaged = "targets")
TURN(longer_releases, w->with_releases = true; w->damaged = "targets/releases")
TURN(no_releases, w->with_releases = true; w->missing = "targets/releases")
TURN(releases_expired, w->with_releases = true; w->releases_expires = NOW)
TURN(releases_other_key, w->with_releases = true; w->releases_signer = KEY_OTHER)
TURN(releases_path, w->with_releases = true; w->path = "nightly-")
TURN(releases_unsigned, w->with_releases = w->unsigned_releases = true)
TURN(stranger, w->stranger_signs = true)
TURN(odd_hash, w->odd_hash = true)
TURN(ca_as_leaf, w->make_root = make_ca)
TURN(two_leaves, w->make_root = make_two)
TURN(nothing, (void)w)

TEST(one_thing_that_is_wrong_refuses)
{
	static const struct row rows[] = {
		{"name", other_name, "1.0", "root", "is for \"example.com/team/other\", not for"},
		{"wildcard", other_wildcard, "1.0", "root", "is for \"example.com/other/*\""},
		{"longer name", name_longer, "1.0", "root", "not for " GUN},
		{"a beginning without a star", empty_name, "1.0", "root", "not for " GUN},
		{"old certificate", cert_expired, "1.0", "root", "its certificate expired on"},
		{"early certificate", cert_not_yet, "1.0", "root", "is not valid before"},
		{"no certificate", no_certificate, "1.0", "root", "it is no certificate"},
		{"old root", root_expired, "1.0", "expiry", "root expired on"},
		{"old timestamp", timestamp_expired, "1.0", "expiry", "timestamp expired on"},
		{"old snapshot", snapshot_expired, "1.0", "expiry", "snapshot expired on"},
		{"old targets", targets_expired, "1.0", "expiry", "targets expired on"},
		{"a CA signs itself", ca_as_leaf, "1.0", "root",
		 "first certificate is that of a CA"},
		{"two leaves", two_leaves, "1.0", "root", "two certificates of signers"},
		{"another's root key signs", stranger, "1.0", "root", "root: 0 of the 1 keys"},
		{"odd hash", odd_hash, "1.0", "digest", "1.0 has no digest that is known here"},
		{"root key", root_other_key, "1.0", "signature", "root: 0 of the 1 keys"},
		{"timestamp key", timestamp_other_key, "1.0", "signature", "timestamp: 0 of the 1"},
		{"snapshot key", snapshot_other_key, "1.0", "signature", "snapshot: 0 of the 1"},
		{"targets key", targets_other_key, "1.0", "signature", "targets: 0 of the 1"},
		{"threshold", threshold, "1.0", "signature", "targets: 1 of the 2 keys"},
		{"no root", no_root, "1.0", "source", "there is no trust data for " GUN},
		{"no timestamp", no_timestamp, "1.0", "source", "timestamp.json is missing"},
		{"no snapshot", no_snapshot, "1.0", "source", "is incomplete: snapshot."},
		{"no targets", no_targets, "1.0", "source", "is incomplete: targets."},
		{"snapshot bytes", longer_snapshot, "1.0", "digest", "snapshot: it"},
		{"targets bytes", longer_targets, "1.0", "digest", "targets: it"},
		{"releases bytes", longer_releases, "1.0", "delegation", "targets/releases: it"},
		{"no releases", no_releases, "1.0", "delegation", "targets/releases."},
		{"old releases", releases_expired, "2.0", "payload", "the tag 2.0 of"},
		{"releases key", releases_other_key, "2.0", "payload", "the tag 2.0 of"},
		{"releases path", releases_path, "2.0", "payload", "the tag 2.0 of"},
		{"releases not signed", releases_unsigned, "2.0", "payload", "the tag 2.0 of"},
		{"other tag", nothing, "1.0.0", "payload",
		 "the tag 1.0.0 of " GUN " is not signed"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world w = world_usual();
		struct claim claim = {0};
		struct err err = {0};
		int r;

		rows[i].turn(&w);
		world_make(&w);
		r = world_look(&w, &first_seen, rows[i].tag, &claim, &err);
		if (r != -ERR_DENIED || !w.trail.failed || w.trail.unsure ||
		    strcmp(w.trail.failed, rows[i].check) != 0 || !strstr(err.msg, rows[i].why))
			fail_msg("%s: %d %s: %s", rows[i].what, r,
				 w.trail.failed ? w.trail.failed : "-", err.msg);
		assert_int_equal(claim.digest.n, 0);
		world_done(&w);
	}
}

static void expect(struct world *w, const char *tag, const char *role, const char *warning)
{
	struct claim claim = {0};
	struct err err = {0};
	int r;

	world_make(w);
	r = world_look(w, &first_seen, tag, &claim, &err);
	if (r < 0)
		fail_msg("%s: %s", tag, err.msg);
	assert_str(claim.roles, role);
	assert_int_equal(w->warnings.n, warning ? 1 : 0);
	if (warning)
		assert_has(w->warnings.p[0].p, warning);
	world_done(w);
}

TEST(releases_speaks_before_targets)
{
	struct world w = world_usual();

	w.with_releases = true;
	w.tag_in_releases = "1.0";
	expect(&w, "1.0", "targets/releases", NULL);
}

TEST(targets_speaks_where_releases_does_not)
{
	struct world w = world_usual();

	w.with_releases = true;
	expect(&w, "1.0", "targets", NULL);
	w = world_usual();
	w.with_releases = w.unsigned_releases = true;
	expect(&w, "1.0", "targets", NULL);
	w = world_usual();
	w.with_releases = true;
	w.releases_expires = NOW;
	expect(&w, "1.0", "targets",
	       "targets/releases counts for nothing: targets/releases expired");
	w = world_usual();
	w.with_releases = true;
	w.releases_signer = KEY_OTHER;
	expect(&w, "1.0", "targets", "targets/releases counts for nothing");
}

TEST(names_with_a_star_fit)
{
	struct world w = world_usual();

	w.common_name = "example.com/team/*";
	expect(&w, "1.0", "targets", NULL);
	assert_true(dct_name_fits(STR("*"), STR(GUN)));
	assert_false(dct_name_fits(STR(""), STR(GUN)));
	assert_false(dct_name_fits(STR("example.com/*/app"), STR(GUN)));
}

TEST(what_expires_soon_is_told)
{
	struct world w = world_usual();

	w.expires[TUF_TIMESTAMP] = NOW + 3 * DAY;
	expect(&w, "1.0", "targets", "timestamp expires on");
	w = world_usual();
	w.expires[TUF_TIMESTAMP] = NOW + 3 * DAY + 1;
	expect(&w, "1.0", "targets", NULL);
	w = world_usual();
	w.expires[TUF_TARGETS] = NOW + 30 * DAY;
	expect(&w, "1.0", "targets", "targets expires on");
	w = world_usual();
	w.cert_until = NOW + 29 * DAY;
	expect(&w, "1.0", "targets", "a certificate of the root expires on");
}

/* Whether a collection holds with such pins. */
static int pinned(struct world *w, const struct dct_pins *pins, struct err *err)
{
	struct claim claim;

	return world_look(w, pins, "1.0", &claim, err);
}

TEST(a_root_that_nobody_pinned_is_refused)
{
	const struct dct_pins none = {0};
	struct world w = world_usual();
	struct err err = {0};

	world_make(&w);
	assert_int_equal(pinned(&w, &none, &err), -ERR_DENIED);
	assert_has(err.msg, "was never seen, and nothing says to believe it");
	world_done(&w);
}

TEST(pins_are_ids_of_keys_or_of_certificates)
{
	struct world w = world_usual();
	struct dct_pins pins = {.n_ids = 1};
	struct err err = {0};

	world_make(&w);
	pins.ids[0] = w.public[KEY_ROOT].id;
	assert_int_equal(pinned(&w, &pins, &err), 0);
	pins.ids[0] = dct_view_root(w.view)->sha256;
	dct_view_freep(&w.view);
	assert_int_equal(pinned(&w, &pins, &err), 0);
	dct_view_freep(&w.view);
	pins.ids[0] = w.public[KEY_TARGETS].id;
	pins.tofu = true; /* a pin goes before */
	assert_int_equal(pinned(&w, &pins, &err), -ERR_DENIED);
	assert_has(err.msg, "is not one that is pinned");
	world_done(&w);
}

static struct test_cert pinned_ca;

static void make_issued(struct world *w, struct strbuf *pem)
{
	EVP_PKEY *key = root_key(w);
	struct test_cert leaf = {0};

	test_cert_make(&leaf, &pinned_ca,
		       (struct test_cert_plan){.name = GUN, .eku = "codeSigning", .use_key = key});
	add_pem(pem, &leaf);
	test_cert_done(&leaf);
	EVP_PKEY_free(key);
}

TEST(a_root_of_the_pinned_ca_holds)
{
	struct world w = world_usual();
	struct dct_pins pins = {0};
	struct err err = {0};

	test_cert_make(&pinned_ca, NULL, (struct test_cert_plan){.name = "CA", .is_ca = true});
	assert_int_equal(certificate_list_add(&pins.cas, test_cert_der(&pinned_ca), NULL), 0);
	w.make_root = make_issued;
	world_make(&w);
	if (pinned(&w, &pins, &err) < 0)
		fail_msg("%s", err.msg);
	certificate_list_done(&pins.cas);
	test_cert_done(&pinned_ca);
	world_done(&w);
}

TEST(a_root_not_of_the_pinned_ca_is_refused)
{
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(65536);
	struct world w = world_usual();
	struct dct_pins pins = {.tofu = true};
	struct err err = {0};

	world_make(&w);
	assert_int_equal(
		secret_key_certify(w.keys[KEY_OTHER], STR("CA"), NOW - DAY, NOW + DAY, &pem, NULL),
		0);
	assert_int_equal(certificate_list_parse(strbuf_str(&pem), 1, &pins.cas, NULL), 0);
	assert_int_equal(pinned(&w, &pins, &err), -ERR_DENIED);
	assert_has(err.msg, "by the CA that is pinned");
	certificate_list_done(&pins.cas);
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_tag_is_its_digest),
		RUN(one_thing_that_is_wrong_refuses),
		RUN(releases_speaks_before_targets),
		RUN(targets_speaks_where_releases_does_not),
		RUN(names_with_a_star_fit),
		RUN(what_expires_soon_is_told),
		RUN(a_root_that_nobody_pinned_is_refused),
		RUN(pins_are_ids_of_keys_or_of_certificates),
		RUN(a_root_of_the_pinned_ca_holds),
		RUN(a_root_not_of_the_pinned_ca_is_refused),
	};

	return RUN_ALL(tests);
}
