/* SPDX-License-Identifier: Apache-2.0 */
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/strbuf.h"
#include "tests/unit/test.h"
#include "vuln/assess.h"
#include "vuln/build.h"

#define ALL "{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"}"
#define OSV(id, more, ecosystem, name, fixed)                                                      \
	"{\"id\":\"" id "\",\"modified\":\"2024-01-01T00:00:00Z\"," more                           \
	"\"affected\":[{\"package\":{\"ecosystem\":\"" ecosystem "\",\"name\":\"" name             \
	"\"},\"ranges\":[" ALL ",{\"fixed\":\"" fixed "\"}]}]}]}"
#define TRACKER(release, body)                                                                     \
	"{\"openssl\":{\"CVE-2024-0001\":{\"description\":\"A flaw. It is bad.\",\"releases\":{"   \
	"\"" release "\":{" body ",\"urgency\":\"not yet assigned\"}}}}}"
#define OPEN "\"status\":\"open\",\"repositories\":{}"

/* A mirror of a few files, the database built of it, and a report with packages in it. */
struct world {
	char dir[64];
	struct db *db;
	struct report *report;
};

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static void set_up(struct world *w)
{
	memset(w, 0, sizeof *w);
	(void)snprintf(w->dir, sizeof w->dir, "/tmp/plimsoll-assess-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	assert_int_equal(setenv("HOME", w->dir, 1), 0);
	unsetenv("XDG_DATA_HOME");
	unsetenv("XDG_CACHE_HOME");
	w->report = report_new();
}

static void tear_down(struct world *w)
{
	db_close(w->db);
	report_free(w->report);
	assert_int_equal(nftw(w->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void put(struct world *w, const char *path, const char *text)
{
	char whole[256];
	FILE *f;

	(void)snprintf(whole, sizeof whole, "%s/feeds/%s", w->dir, path);
	for (char *p = strchr(whole + strlen(w->dir) + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		(void)mkdir(whole, 0700);
		*p = '/';
	}
	f = fopen(whole, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void build(struct world *w)
{
	char mirror[96], out[96];
	struct build_options options = {.feeds = mirror, .out = out, .now = 1800000000};
	const struct db_options where = {.dir = out};
	struct build_report report;
	struct err err = {0};

	(void)snprintf(mirror, sizeof mirror, "%s/feeds", w->dir);
	(void)snprintf(out, sizeof out, "%s/db", w->dir);
	if (build_run(&options, &report, &err) < 0)
		fail_msg("%s", err.msg);
	for (size_t i = 0; i < report.problems.n; i++)
		fail_msg("%.*s",
			 STR_FMT(((struct build_problem *)vec_at(&report.problems, i))->message));
	build_report_done(&report);
	if (db_open(&where, &w->db, &err) < 0)
		fail_msg("%s", err.msg);
}

static struct report_package *add(struct world *w, const char *type, const char *name,
				  const char *version)
{
	struct report_package *rp = vec_push(&w->report->packages);

	*rp = (struct report_package){
		.p = {.type = str_of(type), .name = str_of(name), .version = str_of(version)},
		.db_path = STR("var/lib/db")};
	rp->purl = arena_strf(&w->report->arena, "pkg:%s/%s@%s", type, name, version);
	return rp;
}

static void assess(struct world *w)
{
	struct err err = {0};

	if (!w->db)
		build(w);
	if (assess_vulnerabilities(w->db, NULL, w->report, &err) < 0)
		fail_msg("%s", err.msg);
	report_finish(w->report);
}

static const struct finding *finding(const struct world *w, size_t i)
{
	if (i >= w->report->findings.n)
		fail_msg("%zu findings", w->report->findings.n);
	return vec_at(&w->report->findings, i);
}

/* "RULE NAME VERSION; ..." */
static void assert_findings(const struct world *w, const char *want)
{
	struct strbuf sb = STRBUF_INIT(1 << 16);

	for (size_t i = 0; i < w->report->findings.n; i++) {
		const struct finding *f = finding(w, i);

		strbuf_addf(&sb, "%s%.*s %.*s %.*s", i ? "; " : "", STR_FMT(f->rule),
			    STR_FMT(f->subject.name), STR_FMT(f->subject.version));
	}
	assert_string_equal(strbuf_cstr(&sb), want);
	strbuf_done(&sb);
}

static void assert_coverage(const struct world *w, size_t i, const char *what,
			    enum coverage_state state, const char *reason)
{
	const struct coverage *c = vec_at(&w->report->coverage, i);

	assert_non_null(c);
	assert_str(c->what, what);
	assert_string_equal(coverage_state_name(c->state), coverage_state_name(state));
	assert_has(c->reason.n ? c->reason.p : "", reason);
}

static bool has_step(const struct finding *f, const char *step)
{
	for (size_t i = 0; i < f->evidence.n; i++)
		if (str_is(f->evidence.p[i], step))
			return true;
	return false;
}

TEST(a_finding_tells_the_whole_chain)
{
	static const char *const want[] = {
		"package=libssl3 3.0.1-1+b1 in var/lib/db",
		"source=openssl 3.0.1-1",
		"shard=debian-12",
		"record=CVE-2024-0001",
		"range=from the first version, fixed in 3.0.2-1",
		"compared=3.0.1-1 < 3.0.2-1 (debian)",
		"decision=affected",
	};
	struct report_package *rp;
	const struct finding *f;
	struct world w;

	set_up(&w);
	put(&w, "tracker/data/json",
	    TRACKER("bookworm", "\"status\":\"resolved\",\"repositories\":{},"
				"\"fixed_version\":\"3.0.2-1\""));
	put(&w, "known_exploited_vulnerabilities.json",
	    "{\"title\":\"CISA Catalog of Known Exploited "
	    "Vulnerabilities\",\"catalogVersion\":\"1\","
	    "\"dateReleased\":\"2024-05-01T00:00:00Z\",\"count\":1,\"vulnerabilities\":"
	    "[{\"cveID\":\"CVE-2024-0001\",\"dateAdded\":\"2024-04-01\",\"dueDate\":\"2024-05-01\","
	    "\"knownRansomwareCampaignUse\":\"Unknown\"}]}");
	w.report->distro.release = STR("debian-12");
	rp = add(&w, "deb", "libssl3", "3.0.1-1+b1");
	rp->p.source_name = STR("openssl");
	rp->p.source_version = STR("3.0.1-1");
	assess(&w);
	assert_findings(&w, "CVE-2024-0001 libssl3 3.0.1-1+b1");
	f = finding(&w, 0);
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		if (!has_step(f, want[i]))
			fail_msg("no step \"%s\"", want[i]);
	assert_str(f->fix_version, "3.0.2-1");
	assert_str(f->fix_action, "upgrade openssl to 3.0.2-1");
	assert_str(f->subject.source_name, "openssl");
	assert_true(f->known_exploited);
	assert_str(f->exploited_since, "2024-04-01");
	assert_true(f->confidence == 1);
	assert_coverage(&w, 0, "vulnerabilities (debian-12)", COVERAGE_ASSESSED, "");
	tear_down(&w);
}

TEST(a_rebuild_of_a_binary_has_the_version_of_its_source)
{
	struct world w;

	set_up(&w);
	put(&w, "tracker/data/json",
	    TRACKER("bookworm", "\"status\":\"resolved\",\"repositories\":{},"
				"\"fixed_version\":\"3.0.2-1+a\""));
	w.report->distro.release = STR("debian-12");
	add(&w, "deb", "openssl", "3.0.2-1+b5"); /* would be newer than +a */
	assess(&w);
	assert_findings(&w, "CVE-2024-0001 openssl 3.0.2-1+b5");
	tear_down(&w);
}

TEST(signed_kernels_are_judged_as_the_kernel)
{
	struct report_package *rp;
	struct world w;

	set_up(&w);
	put(&w, "osv/DSA-1-1.json",
	    OSV("DSA-1-1", "\"upstream\":[\"CVE-1\"],", "Debian:12", "linux", "5.10.192-1"));
	w.report->distro.release = STR("debian-12");
	rp = add(&w, "deb", "linux-image-amd64", "5.10.191-1");
	rp->p.source_name = STR("linux-signed-amd64");
	rp->p.source_version = STR("5.10.191+1");
	rp = add(&w, "deb", "linux-image-arm64", "5.10.192-1");
	rp->p.source_name = STR("linux-signed-arm64");
	rp->p.source_version = STR("5.10.192+1");
	assess(&w);
	assert_findings(&w, "CVE-1 linux-image-amd64 5.10.191-1");
	tear_down(&w);
}

TEST(an_rpm_s_source_takes_its_epoch)
{
	struct report_package *rp;
	struct world w;

	set_up(&w);
	put(&w, "osv/RLSA-1.json",
	    OSV("RLSA-1", "\"upstream\":[\"CVE-1\"],", "Rocky Linux:9", "bind", "32:9.16-2"));
	put(&w, "osv/RLSA-2.json",
	    OSV("RLSA-2", "\"upstream\":[\"CVE-2\"],", "Rocky Linux:9", "lvm2", "7:2.03-4"));
	w.report->distro.release = STR("rocky-9");
	rp = add(&w, "rpm", "bind-libs", "32:9.16-2");
	rp->p.source_name = STR("bind");
	rp->p.source_version = STR("9.16-2");
	rp = add(&w, "rpm", "bind-utils", "32:9.16-1");
	rp->p.source_name = STR("bind");
	rp->p.source_version = STR("9.16-1");
	rp = add(&w, "rpm", "device-mapper", "7:1.02-9");
	rp->p.source_name = STR("lvm2");
	rp->p.source_version = STR("2.03-4");
	assess(&w);
	assert_findings(&w, "CVE-1 bind-utils 32:9.16-1");
	assert_str(finding(&w, 0)->subject.source_version, "32:9.16-1");
	tear_down(&w);
}

TEST(names_of_languages_are_written_as_their_advisories_write_them)
{
	static const struct {
		const char *ecosystem, *advisory, *type, *namespace, *name;
	} rows[] = {
		{"PyPI", "zope-interface", "pypi", "", "Zope.Interface"},
		{"npm", "@babel/core", "npm", "@babel", "core"},
		{"npm", "left-pad", "npm", "", "left-pad"},
		{"Maven", "org.a:b", "maven", "org.a", "b"},
		{"Go", "example.com/a/b", "golang", "example.com/a", "b"},
		{"Packagist", "Vendor/Name", "composer", "vendor", "name"},
		{"RubyGems", "rails", "gem", "", "rails"},
	};
	struct world w;

	set_up(&w);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char path[64], text[1024];

		(void)snprintf(path, sizeof path, "osv/GHSA-%zu.json", i);
		(void)snprintf(text, sizeof text, OSV("GHSA-%zu", "", "%s", "%s", "2.0.0"), i,
			       rows[i].ecosystem, rows[i].advisory);
		put(&w, path, text);
		add(&w, rows[i].type, rows[i].name, "1.0.0")->p.namespace =
			str_of(rows[i].namespace);
	}
	assess(&w);
	assert_int_equal(w.report->findings.n, ARRAY_LEN(rows));
	tear_down(&w);
}

TEST(a_derivative_is_judged_by_its_base_and_says_so)
{
	struct world w;

	set_up(&w);
	put(&w, "tracker/data/json", TRACKER("bookworm", OPEN));
	w.report->distro.release = STR("linuxmint-22");
	w.report->distro.base_release = STR("debian-12");
	add(&w, "deb", "openssl", "1");
	assess(&w);
	assert_findings(&w, "CVE-2024-0001 openssl 1");
	assert_true(finding(&w, 0)->confidence < 1);
	assert_coverage(&w, 0, "vulnerabilities (debian-12)", COVERAGE_PARTIAL,
			"nothing on linuxmint-22: judged by the advisories of debian-12");
	tear_down(&w);
}

TEST(a_release_without_data_or_without_a_number_is_not_assessed)
{
	struct world w;

	set_up(&w);
	put(&w, "tracker/data/json", TRACKER("bookworm", OPEN));
	w.report->distro.release = STR("debian-1");
	add(&w, "deb", "openssl", "1");
	assess(&w);
	assert_findings(&w, "");
	assert_coverage(&w, 0, "vulnerabilities (debian-1)", COVERAGE_NOT_ASSESSED,
			"the database has nothing on debian-1");
	vec_cut(&w.report->coverage, 0);
	w.report->distro.release = STR_NULL;
	assess(&w);
	assert_findings(&w, "");
	assert_coverage(&w, 0, "vulnerabilities (release not known)", COVERAGE_NOT_ASSESSED,
			"this one is not known");
	tear_down(&w);
}

TEST(rolling_releases_have_shards_of_their_own)
{
	struct world w;

	set_up(&w);
	put(&w, "tracker/data/json", TRACKER("sid", OPEN));
	put(&w, "wolfi/os/security.json",
	    "{\"apkurl\":\"x\",\"packages\":[{\"pkg\":{\"name\":\"openssl\",\"secfixes\":"
	    "{\"3.1.0-r1\":[\"CVE-2023-0009\"]}}}]}");
	w.report->distro.release = STR("debian-sid");
	add(&w, "deb", "openssl", "9");
	assess(&w);
	assert_findings(&w, "CVE-2024-0001 openssl 9");
	vec_cut(&w.report->packages, 0);
	vec_cut(&w.report->findings, 0);
	w.report->distro.release = STR("wolfi");
	add(&w, "apk", "openssl", "3.1.0-r0");
	add(&w, "apk", "openssl", "3.1.0-r1");
	assess(&w);
	assert_findings(&w, "CVE-2023-0009 openssl 3.1.0-r0");
	tear_down(&w);
}

TEST(a_third_party_s_rpm_is_not_judged_by_the_distribution)
{
	struct world w;

	set_up(&w);
	put(&w, "osv/ALSA-1.json",
	    OSV("ALSA-1", "\"related\":[\"CVE-1\"],", "AlmaLinux:9", "nginx", "2:1.24-1"));
	w.report->distro.release = STR("almalinux-9");
	add(&w, "rpm", "nginx", "1:1.20-1")->p.vendor = STR("AlmaLinux");
	add(&w, "rpm", "nginx", "1:1.21-1")->p.vendor = STR("NGINX Packaging");
	assess(&w);
	assert_findings(&w, "CVE-1 nginx 1:1.20-1");
	assert_coverage(&w, 1, "vulnerabilities (packages of other vendors)", COVERAGE_NOT_ASSESSED,
			"NGINX Packaging");
	tear_down(&w);
}

TEST(support_that_ended_is_partial)
{
	struct world w;

	set_up(&w);
	put(&w, "osv/DSA-1-1.json",
	    OSV("DSA-1-1", "\"upstream\":[\"CVE-1\"],", "Debian:9", "openssl", "2"));
	w.report->distro.release = STR("debian-9");
	w.report->distro.eol = STR("2022-06-30");
	add(&w, "deb", "openssl", "3");
	assess(&w);
	assert_coverage(&w, 0, "vulnerabilities (debian-9)", COVERAGE_PARTIAL,
			"support of debian-9 ended on 2022-06-30");
	tear_down(&w);
}

TEST(versions_without_order_are_partial)
{
	struct world w;

	set_up(&w);
	put(&w, "osv/GHSA-1.json", OSV("GHSA-1", "", "npm", "a", "2.0.0"));
	add(&w, "npm", "a", "not/a/version");
	assess(&w);
	assert_findings(&w, "");
	assert_coverage(&w, 0, "vulnerabilities (npm)", COVERAGE_PARTIAL,
			"1 package with a version that has no order: \"not/a/version\"");
	tear_down(&w);
}

TEST(content_sets_of_the_layer_name_the_streams)
{
	static const struct str sets[] = {{"eus-rpms", 8}, {"unheard-of", 10}};
	struct report_layer *l;
	struct world w;

	set_up(&w);
	put(&w, "osv/RHSA-1.json",
	    OSV("RHSA-1", "\"upstream\":[\"CVE-1\"],", "Red Hat:rhel_eus:9.2::baseos", "x",
		"0:1-3.el9_2.1"));
	put(&w, "redhat/repository-to-cpe.json",
	    "{\"data\":{\"eus-rpms\":{\"cpes\":[\"cpe:/o:redhat:rhel_eus:9.2::baseos\"]}}}");
	w.report->distro.release = STR("rhel-9");
	add(&w, "rpm", "x", "1-3.el9_2");
	l = vec_push(&w.report->layers);
	*l = (struct report_layer){.assessed = true};
	assess(&w);
	assert_findings(&w, "");
	l->content_sets = (struct str_list){sets, 2};
	assess(&w);
	assert_findings(&w, "CVE-1 x 1-3.el9_2");
	tear_down(&w);
}

TEST(malware_and_notices_have_severities_of_their_kind)
{
	struct world w;

	set_up(&w);
	put(&w, "osv/MAL-2024-1.json", OSV("MAL-2024-1", "", "npm", "evil", "2.0.0"));
	add(&w, "npm", "evil", "1.0.0");
	assess(&w);
	assert_string_equal(finding_kind_name(finding(&w, 0)->kind), "malware");
	assert_string_equal(severity_name(finding(&w, 0)->severity), "critical");
	assert_str(finding(&w, 0)->severity_source, "kind of record");
	assert_str(finding(&w, 0)->fix_action,
		   "remove evil, and renew all secrets that it could read");
	assert_str(finding(&w, 0)->fix_version, "");
	tear_down(&w);
}

TEST(without_a_database_nothing_is_assessed_and_the_reason_is_said)
{
	const struct err why = {ERR_NOT_FOUND, "no vulnerability database at /x"};
	struct world w;

	set_up(&w);
	add(&w, "deb", "openssl", "1");
	assert_int_equal(assess_vulnerabilities(NULL, &why, w.report, NULL), 0);
	assert_coverage(&w, 0, "vulnerabilities", COVERAGE_NOT_ASSESSED,
			"no vulnerability database at /x");
	tear_down(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_finding_tells_the_whole_chain),
		RUN(a_rebuild_of_a_binary_has_the_version_of_its_source),
		RUN(signed_kernels_are_judged_as_the_kernel),
		RUN(an_rpm_s_source_takes_its_epoch),
		RUN(names_of_languages_are_written_as_their_advisories_write_them),
		RUN(a_derivative_is_judged_by_its_base_and_says_so),
		RUN(a_release_without_data_or_without_a_number_is_not_assessed),
		RUN(rolling_releases_have_shards_of_their_own),
		RUN(a_third_party_s_rpm_is_not_judged_by_the_distribution),
		RUN(support_that_ended_is_partial),
		RUN(versions_without_order_are_partial),
		RUN(content_sets_of_the_layer_name_the_streams),
		RUN(malware_and_notices_have_severities_of_their_kind),
		RUN(without_a_database_nothing_is_assessed_and_the_reason_is_said),
	};

	return RUN_ALL(tests);
}
