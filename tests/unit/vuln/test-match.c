/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/vuln/rows.h"
#include "vuln/match.h"

/*
 * Rows of a shard, a package, and its hits: "ID", then "<FIXED" or "<=LAST", a status other than
 * affected, "!SEVERITY", "#CHANNEL", "'NOTE". The package: "NAME VERSION", then as they apply
 * "src:NAME VERSION" in front of it, "@ARCH", "%MODULE", "+REPOSITORY", "epoch?".
 */
struct match_row {
	const char *shard, *rows, *package, *want;
};

struct asked {
	struct match_query q;
	struct str repositories[4];
};

static void read_package(struct str text, struct asked *a)
{
	struct str word, *names[] = {&a->q.binary, &a->q.binary_version};
	size_t n = 0;

	memset(a, 0, sizeof *a);
	a->q.repositories.p = a->repositories;
	while (str_pull_word(&text, &word)) {
		struct str rest = str_skip(word, 1);

		if (str_pull_prefix(&word, STR("src:"))) {
			a->q.name = word;
			assert_true(str_pull_word(&text, &a->q.version));
		} else if (str_is(word, "epoch?")) {
			a->q.is_epoch_unknown = true;
		} else if (word.p[0] == '@') {
			a->q.arch = rest;
		} else if (word.p[0] == '%') {
			a->q.module = rest;
		} else if (word.p[0] == '+') {
			a->repositories[a->q.repositories.n++] = rest;
		} else {
			assert_true(n < 2);
			*names[n++] = word;
		}
	}
	if (a->q.name.n == 0) {
		a->q.name = a->q.binary;
		a->q.version = a->q.binary_version;
	}
}

static void print_hit(struct strbuf *sb, const struct match_hit *h)
{
	strbuf_addf(sb, "%s%.*s", sb->n ? " " : "", STR_FMT(h->vulnerability));
	if (h->fixed.n)
		strbuf_addf(sb, " <%.*s", STR_FMT(h->fixed));
	else if (h->last_affected.n)
		strbuf_addf(sb, " <=%.*s", STR_FMT(h->last_affected));
	if (h->status != STATUS_AFFECTED)
		strbuf_addf(sb, " %s", finding_status_name(h->status));
	if (h->severity != SEVERITY_UNKNOWN)
		strbuf_addf(sb, " !%s", severity_name(h->severity));
	if (h->channel.n)
		strbuf_addf(sb, " #%.*s", STR_FMT(h->channel));
	if (h->note.n)
		strbuf_addf(sb, " '%.*s", STR_FMT(h->note));
}

static void check(const struct match_row *row)
{
	struct rows_shard s;
	struct match_result result;
	struct err err = {0};
	struct asked a;
	struct arena arena;
	struct strbuf sb = STRBUF_INIT(1 << 16);

	arena_init(&arena, 1 << 20);
	rows_shard_open(&s, row->shard, row->rows);
	read_package(str_of(row->package), &a);
	if (match_package(s.shard, &a.q, &arena, &result, &err) < 0)
		fail_msg("%s: %s", row->package, err.msg);
	for (size_t i = 0; i < result.n; i++)
		print_hit(&sb, &result.hits[i]);
	if (result.n_undecided)
		strbuf_addf(&sb, "%sundecided: %s", sb.n ? " " : "", result.error.msg);
	if (strcmp(strbuf_cstr(&sb), row->want) != 0)
		fail_msg("%s, %s of\n%sgot \"%s\", want \"%s\"", row->shard, row->package,
			 row->rows, strbuf_cstr(&sb), row->want);
	rows_shard_close(&s);
	strbuf_done(&sb);
	arena_done(&arena);
}

static void check_all(const struct match_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(&rows[i]);
}

TEST(ranges_hold_what_they_say)
{
	static const struct match_row rows[] = {
		{"npm", "A-1 a [,2.0.0)\n", "a 1.9.9", "A-1 <2.0.0"},
		{"npm", "A-1 a [,2.0.0)\n", "a 2.0.0", ""},
		{"npm", "A-1 a [0,2.0.0)\n", "a 0.0.1", "A-1 <2.0.0"},
		{"npm", "A-1 a [1.0.0,2.0.0)\n", "a 0.9.0", ""},
		{"npm", "A-1 a [1.0.0,2.0.0)\n", "a 1.0.0", "A-1 <2.0.0"},
		{"npm", "A-1 a [,2.0.0]\n", "a 2.0.0", "A-1 <=2.0.0"},
		{"npm", "A-1 a [,2.0.0]\n", "a 2.0.1", ""},
		{"npm", "A-1 a [,)\n", "a 99.0.0", "A-1"},
		{"npm", "A-1 a\n", "a 99.0.0", "A-1"},
		{"npm", "A-1 a [1.0.0,1.5.0) [2.0.0,2.5.0)\n", "a 2.4.0", "A-1 <2.5.0"},
		{"npm", "A-1 a [1.0.0,1.5.0) [2.0.0,2.5.0)\n", "a 1.7.0", ""},
		{"npm", "A-1 a v=1.2.3\n", "a 1.2.3", "A-1 <=1.2.3"},
		{"npm", "A-1 a v=1.2.3\n", "a 1.2.4", ""},
		{"pypi", "A-1 a v=1.0\n", "a 1.0.0", "A-1 <=1.0"},
		{"gem", "A-1 a ?>=1,<1.5\n", "a 1.4", "A-1"},
		{"gem", "A-1 a ?>=1,<1.5\n", "a 1.5", ""},
		{"npm", "A-1 b [,2.0.0)\n", "a 1.0.0", ""},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(a_record_about_one_range_does_not_repair_another)
{
	static const struct match_row rows[] = {
		/* 3.x was mended in 3.2.0, 5.x is open */
		{"npm", "A-1 a [,3.2.0) [5.0.0,)\n", "a 5.1.0", "A-1"},
		{"npm", "A-1 a [,3.2.0)\n a [5.0.0,)\n", "a 5.1.0", "A-1"},
		{"npm", "A-1 =CVE-1 a [,3.2.0)\nA-2 =CVE-1 a [,)\n", "a 5.1.0", "CVE-1"},
		/* of a distribution a range from somewhere on is no tracker's "open" */
		{"debian-12", "A-1 ^CVE-1 a [,3.2)\nA-2 ^CVE-1 a [5,)\n", "a 5.1", "CVE-1"},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(ids_are_joined_and_told_once)
{
	static const struct match_row rows[] = {
		{"go", "GO-1 =CVE-1 m [,1.2.0)\nGHSA-1 =CVE-1 m [,1.3.0)\n", "m 1.0.0",
		 "CVE-1 <1.3.0"},
		{"cargo", "RUSTSEC-1 =GHSA-1 m [,2.0.0)\nGHSA-1 =CVE-1 m [,2.0.0)\n", "m 1.0.0",
		 "CVE-1 <2.0.0"},
		{"debian-11", "DSA-1 ^CVE-2 ^CVE-1 x [,2)\n", "x 1", "CVE-1 <2 CVE-2 <2"},
		{"debian-11", "DSA-1 ^CVE-1 x [,2)\nDSA-2 ^CVE-1 x [,3)\n", "x 2", "CVE-1 <3"},
		{"debian-11", "DSA-1 ^CVE-1 x [,2)\nDSA-2 ^CVE-1 x [,3)\n", "x 3", ""},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(sources_and_binaries_are_asked_by_their_own_names_and_versions)
{
	static const struct match_row rows[] = {
		{"debian-12", "D-1 util-linux [,2.39)\n", "src:util-linux 2.38 bsdutils 1:2.38",
		 "D-1 <2.39"},
		{"debian-12", "D-1 bsdutils [,9:9)\n", "src:util-linux 2.38 bsdutils 1:2.38", ""},
		{"almalinux-9", "A-1 bind-libs binary [,32:9.16)\n",
		 "src:bind 9.11 bind-libs 32:9.11", "A-1 <32:9.16"},
		{"almalinux-9", "A-1 bind binary [,32:9.16)\n", "src:bind 9.11 bind-libs 32:9.11",
		 ""},
		{"rocky-9", "R-1 bind [,32:9.16)\n", "src:bind 32:9.11 bind-libs 32:9.11",
		 "R-1 <32:9.16"},
		/* a package may have a row of both kinds under one name */
		{"rhel-9", "C-1 bind [,32:9.16)\nC-2 bind binary [,32:9.17)\n",
		 "src:bind 32:9.16 bind 32:9.16", "C-2 <32:9.17"},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(epochs_count_and_one_that_is_not_known_does_not)
{
	static const struct match_row rows[] = {
		{"debian-12", "D-1 x [,1:1.0-1)\n", "x 2.0-1", "D-1 <1:1.0-1"},
		{"debian-12", "D-1 x [,1.0-1)\n", "x 1:0.5-1", ""},
		{"rhel-9", "C-1 lvm2 [,7:2.03.14-4)\n",
		 "src:lvm2 2.03.14-4 device-mapper 7:1.02.181-4 epoch?", ""},
		{"rhel-9", "C-1 lvm2 [,7:2.03.14-5)\n",
		 "src:lvm2 2.03.14-4 device-mapper 7:1.02.181-4 epoch?", "C-1 <7:2.03.14-5"},
		{"rhel-9", "C-1 dm binary [,8:1.0-1)\n", "src:lvm2 2-1 dm 7:1.5-1 epoch?",
		 "C-1 <8:1.0-1"},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(modules_ask_rows_of_their_own_stream)
{
#define MODULAR "A-1 nodejs binary %nodejs:18 [,1:18.20)\n"
	static const struct match_row rows[] = {
		{"almalinux-8", MODULAR, "nodejs 1:18.0 %nodejs:18:8020:abc", "A-1 <1:18.20"},
		{"almalinux-8", MODULAR, "nodejs 1:16.0 %nodejs:16:8020:abc", ""},
		{"almalinux-8", MODULAR, "nodejs 1:16.0", ""},
		{"almalinux-8", MODULAR, "nodejs 1:16.0 %nodejs:180:8020:abc", ""},
		{"almalinux-8", MODULAR, "nodejs 1:16.0 %broken", ""},
		{"almalinux-8", "A-1 nodejs binary [,1:18.20)\n",
		 "nodejs 1:18.0 %nodejs:18:8020:abc", ""},
		{"almalinux-8", "A-1 nodejs binary %nodejs:* [,1:18.20)\n",
		 "nodejs 1:18.0 %nodejs:18:8020:abc", "A-1 <1:18.20"},
		{"almalinux-8", "A-1 nodejs binary %nodejs:* [,1:18.20)\n",
		 "nodejs 1:18.0 %node:18:8020:abc", ""},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(architectures_are_those_of_the_row)
{
	static const struct match_row rows[] = {
		{"amazonlinux-2", "A-1 x binary @x86_64 [,2)\n", "x 1 @x86_64", "A-1 <2"},
		{"amazonlinux-2", "A-1 x binary @x86_64 [,2)\n", "x 1 @aarch64", ""},
		{"amazonlinux-2", "A-1 x binary @x86_64 @aarch64 [,2)\n", "x 1 @aarch64", "A-1 <2"},
		{"amazonlinux-2", "A-1 x binary @noarch [,2)\n", "x 1 @aarch64", "A-1 <2"},
		{"amazonlinux-2", "A-1 x binary @x86_64 [,2)\n", "x 1 @noarch", "A-1 <2"},
		{"amazonlinux-2", "A-1 x binary @x86_64 [,2)\n", "x 1", "A-1 <2"},
		{"amazonlinux-2", "A-1 x binary @src [,2)\n", "x 1 @aarch64", "A-1 <2"},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(a_machine_without_pro_is_vulnerable_though_esm_has_a_fix)
{
	static const struct match_row rows[] = {
		{"ubuntu-18.04", "U-1 x #esm-infra [,1.0-1ubuntu2+esm3)\n", "x 1.0-1ubuntu2",
		 "U-1 <1.0-1ubuntu2+esm3 #esm-infra"},
		{"ubuntu-18.04", "U-1 x #esm-infra [,1.0-1ubuntu2+esm3)\n", "x 1.0-1ubuntu2+esm3",
		 ""},
		{"ubuntu-18.04", "U-1 x #esm-infra [,1.0-1ubuntu2+esm3)\n", "x 1.0-1ubuntu2+esm1",
		 "U-1 <1.0-1ubuntu2+esm3 #esm-infra"},
		/* open in the release, fixed in ESM */
		{"ubuntu-18.04", "U-1 x [,) fix_deferred\n x #esm-apps [,1.0-1+esm1)\n", "x 1.0-1",
		 "U-1 <1.0-1+esm1 #esm-apps"},
		{"ubuntu-18.04", "U-1 x [,) fix_deferred\n x #esm-apps [,1.0-1+esm1)\n",
		 "x 1.0-1+esm1", ""},
		/* fixed in both: the release's fix is enough, and the one that is told */
		{"ubuntu-18.04", "U-1 x [,1.0-2)\n x #esm-infra [,1.0-2+esm1)\n", "x 1.0-2", ""},
		{"ubuntu-18.04", "U-1 x [,1.0-2)\n x #esm-infra [,1.0-2+esm1)\n", "x 1.0-1",
		 "U-1 <1.0-2"},
		{"ubuntu-18.04", "U-1 x #esm-infra [,)\n", "x 1.0-1", "U-1 #esm-infra"},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(fips_builds_ask_fips_rows_alone)
{
#define FIPS "U-1 openssl [,3.0.2-0ubuntu1.20)\n openssl #fips-updates [,3.0.2-0ubuntu1.20+Fips1)\n"
	static const struct match_row rows[] = {
		{"ubuntu-22.04", FIPS, "openssl 3.0.2-0ubuntu1.10", "U-1 <3.0.2-0ubuntu1.20"},
		{"ubuntu-22.04", FIPS, "openssl 3.0.2-0ubuntu1.20", ""},
		{"ubuntu-22.04", FIPS, "openssl 3.0.2-0ubuntu1.20+Fips1", ""},
		{"ubuntu-22.04", FIPS, "openssl 3.0.2-0ubuntu1.10+Fips1",
		 "U-1 <3.0.2-0ubuntu1.20+Fips1 #fips-updates"},
		{"ubuntu-20.04", "U-1 linux-fips #fips [,5.4.0-1090.100)\n",
		 "linux-fips 5.4.0-1026.30", "U-1 <5.4.0-1090.100 #fips"},
		{"ubuntu-22.04", "U-1 linux-realtime #realtime [,5.15.0-1090.100)\n",
		 "linux-realtime 5.15.0-1026.30", "U-1 <5.15.0-1090.100 #realtime"},
		/* the word means nothing elsewhere */
		{"npm", "N-1 a [,2.0.0)\n", "a 1.0.0-fips", "N-1 <2.0.0"},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(oracle_flavours_have_streams_of_their_own)
{
#define ORACLE                                                                                     \
	"E-1 ^CVE-1 glibc binary [,2.28-225.0.4.el8_8.6)\n"                                        \
	"E-2 ^CVE-1 glibc binary #ksplice [,2:2.28-225.0.4.ksplice2.el8_8.6)\n"                    \
	"E-3 ^CVE-1 gnutls binary #fips [,10:3.6.16-5.el8_fips)\n"                                 \
	"E-4 ^CVE-1 gnutls binary [,3.6.16-5.el8)\n"
	static const struct match_row rows[] = {
		{"oraclelinux-8", ORACLE, "glibc 2.28-200.el8", "CVE-1 <2.28-225.0.4.el8_8.6"},
		{"oraclelinux-8", ORACLE, "glibc 2.28-225.0.4.el8_8.6", ""},
		{"oraclelinux-8", ORACLE, "glibc 2:2.28-225.0.4.ksplice1.el8_8.6",
		 "CVE-1 <2:2.28-225.0.4.ksplice2.el8_8.6 #ksplice"},
		{"oraclelinux-8", ORACLE, "glibc 2:2.28-225.0.4.ksplice2.el8_8.6", ""},
		{"oraclelinux-8", ORACLE, "gnutls 10:3.6.16-4.el8_fips",
		 "CVE-1 <10:3.6.16-5.el8_fips #fips"},
		{"oraclelinux-8", ORACLE, "gnutls 3.6.16-5.el8", ""},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(red_hat_streams_count_when_the_image_is_from_them)
{
#define RHEL                                                                                       \
	"C-1 x #enterprise_linux:9::appstream [,1-5.el9_4)\n"                                      \
	" x #rhel_eus:9.2::appstream [,1-3.el9_2.1)\n"                                             \
	" x #openshift:4.12::el9 [,4-1.el9)\n"
	static const struct match_row rows[] = {
		{"rhel-9", RHEL, "x 1-3.el9_2", "C-1 <1-5.el9_4 #enterprise_linux:9::appstream"},
		{"rhel-9", RHEL, "x 1-5.el9_4", ""},
		/* a product of its own counts for its own content sets */
		{"rhel-9", RHEL, "x 3-1.el9 +openshift:4.12::el9",
		 "C-1 <4-1.el9 #openshift:4.12::el9"},
		/* the content sets say EUS: it decides */
		{"rhel-9", RHEL, "x 1-3.el9_2 +rhel_eus:9.2::appstream",
		 "C-1 <1-3.el9_2.1 #rhel_eus:9.2::appstream"},
		{"rhel-9", RHEL, "x 1-3.el9_2.1 +rhel_eus:9.2::appstream", ""},
		{"rhel-9", RHEL, "x 1-3.el9_2.1 +rhel_eus:9.2", ""},
		/* nothing says so but the build's tag: it has the fix of its stream */
		{"rhel-9", RHEL, "x 1-3.el9_2.1", ""},
		{"rhel-9", RHEL, "x 1-4.el9_20", "C-1 <1-5.el9_4 #enterprise_linux:9::appstream"},
		/* open in the release, not affected in the stream, and the other way round */
		{"rhel-9",
		 "C-1 x #enterprise_linux:9 [,) will_not_fix\n x #rhel_eus:9.2 not_affected\n",
		 "x 1-3.el9_2 +rhel_eus:9.2::baseos", ""},
		{"rhel-9",
		 "C-1 x #enterprise_linux:9 [,) will_not_fix\n x #rhel_eus:9.2 not_affected\n",
		 "x 1-3.el9_2", "C-1 will_not_fix #enterprise_linux:9"},
		{"rhel-9", "C-1 x #enterprise_linux:9 not_affected\n x #rhel_eus:9.2 [,2-1)\n",
		 "x 1-3.el9_2 +rhel_eus:9.2::baseos", "C-1 <2-1 #rhel_eus:9.2"},
		{"rhel-7", "C-1 x #rhel_extras:7 [,2-1)\n", "x 1-1", "C-1 <2-1 #rhel_extras:7"},
		{"rhel-7", "C-1 x #rhel_els:7 [,2-1)\n", "x 1-1", ""},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(topics_of_extras_speak_of_their_versions)
{
	static const struct match_row rows[] = {
		{"amazonlinux-2", "A-1 kernel binary #extras:kernel-5.10 [,5.10.100)\n",
		 "kernel 4.14.300", ""},
		{"amazonlinux-2", "A-1 kernel binary #extras:kernel-5.10 [,5.10.100)\n",
		 "kernel 5.10.9", "A-1 <5.10.100 #extras:kernel-5.10"},
		{"amazonlinux-2", "A-1 kernel binary #extras:kernel-5.10 [,5.10.100)\n",
		 "kernel 5.1.9", ""},
		{"amazonlinux-2", "A-1 docker binary #extras:docker [,25.0)\n", "docker 20.10",
		 "A-1 <25.0 #extras:docker"},
		{"amazonlinux-2", "A-1 redis binary #extras:redis6 [,6.2.7)\n", "redis 6.2.3",
		 "A-1 <6.2.7 #extras:redis6"},
		{"amazonlinux-2", "A-1 redis binary #extras:redis6 [,6.2.7)\n", "redis 4.0.3", ""},
		{"sles-15.1", "S-1 x #ltss [,2-1)\n", "x 1-1", "S-1 <2-1 #ltss"},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(a_notice_fixes_what_the_tracker_lists_as_open)
{
#define TRACKER(words) "CVE-1 feed:debian-tracker cloud-init [,) " words "\n"
#define NOTICE	       "DLA-1 feed:debian-lists ^CVE-1 cloud-init [,20.2-2)\n"
	static const struct match_row rows[] = {
		{"debian-10", TRACKER("'minor") NOTICE, "cloud-init 20.2-2", ""},
		{"debian-10", TRACKER("'minor") NOTICE, "cloud-init 20.2-1",
		 "CVE-1 <20.2-2 'minor"},
		{"debian-10", TRACKER("will_not_fix"), "cloud-init 20.2-2", "CVE-1 will_not_fix"},
		{"debian-10", TRACKER("fix_deferred !low"), "cloud-init 1",
		 "CVE-1 fix_deferred !low"},
		{"debian-10", TRACKER("end_of_life"), "cloud-init 1", "CVE-1 end_of_life"},
		{"debian-10", TRACKER("under_investigation"), "cloud-init 1",
		 "CVE-1 under_investigation"},
		{"debian-10", TRACKER("under_investigation") "DLA-1 ^CVE-1 cloud-init [,)\n",
		 "cloud-init 1", "CVE-1"},
		{"debian-10", TRACKER("") "DLA-1 ^CVE-1 cloud-init [,) end_of_life\n",
		 "cloud-init 1", "CVE-1 end_of_life"},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(not_affected_outweighs)
{
	static const struct match_row rows[] = {
		{"debian-12", "CVE-1 x not_affected\n", "x 1", ""},
		{"debian-12", "CVE-1 x not_affected\nDSA-1 ^CVE-1 x [,2)\n", "x 1", ""},
		{"debian-12", "CVE-1 x not_affected\nDSA-1 ^CVE-2 x [,2)\n", "x 1", "CVE-2 <2"},
		{"debian-12", "CVE-1 x not_affected [,2)\nDSA-1 ^CVE-1 x [,)\n", "x 3", "CVE-1"},
		{"alpine-3.10", "CVE-1 x not_affected\nCVE-2 x [,1.1.1a-r0)\n", "x 1.1.1-r1",
		 "CVE-2 <1.1.1a-r0"},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(a_version_without_order_is_undecided_not_safe)
{
	struct rows_shard s;
	struct match_result result;
	struct arena arena;
	struct asked a;

	arena_init(&arena, 1 << 20);
	rows_shard_open(&s, "npm", "A-1 x [,2.0.0)\n");
	read_package(str_of("x not/a/version"), &a);
	assert_int_equal(match_package(s.shard, &a.q, &arena, &result, NULL), 0);
	assert_int_equal(result.n_undecided, 1);
	assert_has(result.error.msg, "not/a/version");
	rows_shard_close(&s);
	/* an interval that cannot be ordered does not hide one that can */
	rows_shard_open(&s, "npm", "A-1 x [,not/a/version) [1.0.0,2.0.0)\n");
	read_package(str_of("x 1.5.0"), &a);
	assert_int_equal(match_package(s.shard, &a.q, &arena, &result, NULL), 0);
	assert_int_equal(result.n, 1);
	assert_int_equal(result.n_undecided, 0);
	rows_shard_close(&s);
	/* nor one that is listed in the same letters, wherever it stands in the list */
	rows_shard_open(&s, "npm", "A-1 x [,2.0.0) v=1.0.0 v=not/a/version\n");
	read_package(str_of("x not/a/version"), &a);
	assert_int_equal(match_package(s.shard, &a.q, &arena, &result, NULL), 0);
	assert_int_equal(result.n, 1);
	assert_int_equal(result.n_undecided, 0);
	rows_shard_close(&s);
	/* rows that do not count are not asked */
	rows_shard_open(&s, "npm", "A-1 x %m:1 [,not/a/version)\n");
	read_package(str_of("x 1.0.0"), &a);
	assert_int_equal(match_package(s.shard, &a.q, &arena, &result, NULL), 0);
	assert_int_equal(result.n_undecided, 0);
	rows_shard_close(&s);
	arena_done(&arena);
}

TEST(a_shard_without_an_order_is_refused)
{
	struct rows_shard s;
	struct match_result result;
	struct err err = {0};
	struct arena arena;
	struct asked a;

	arena_init(&arena, 1 << 20);
	rows_shard_open(&s, "nowhere-1", "A-1 x [,2)\n");
	read_package(str_of("x 1"), &a);
	assert_int_equal(match_package(s.shard, &a.q, &arena, &result, &err), -ERR_UNSUPPORTED);
	assert_string_equal(err.msg, "nowhere-1: no order of versions is known for it");
	rows_shard_close(&s);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(ranges_hold_what_they_say),
		RUN(a_record_about_one_range_does_not_repair_another),
		RUN(ids_are_joined_and_told_once),
		RUN(sources_and_binaries_are_asked_by_their_own_names_and_versions),
		RUN(epochs_count_and_one_that_is_not_known_does_not),
		RUN(modules_ask_rows_of_their_own_stream),
		RUN(architectures_are_those_of_the_row),
		RUN(a_machine_without_pro_is_vulnerable_though_esm_has_a_fix),
		RUN(fips_builds_ask_fips_rows_alone),
		RUN(oracle_flavours_have_streams_of_their_own),
		RUN(red_hat_streams_count_when_the_image_is_from_them),
		RUN(topics_of_extras_speak_of_their_versions),
		RUN(a_notice_fixes_what_the_tracker_lists_as_open),
		RUN(not_affected_outweighs),
		RUN(a_version_without_order_is_undecided_not_safe),
		RUN(a_shard_without_an_order_is_refused),
	};

	return RUN_ALL(tests);
}
