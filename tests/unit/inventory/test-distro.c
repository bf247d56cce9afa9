/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/distro.h"
#include "base/limits.h"
#include "base/path.h"
#include "inventory/distro_draft.h"
#include "tests/unit/test.h"

struct file {
	const char *path, *text;
};

struct tree {
	const struct file *files;
	struct err last; /* the last problem */
	size_t n_problems;
};

static bool tree_get(void *ctx, struct str path, struct str *ret)
{
	const struct tree *tree = ctx;
	bool wanted = false;

	for (size_t i = 0; distro_paths[i]; i++)
		wanted |= path_match(str_of(distro_paths[i]), path);
	if (!wanted)
		fail_msg("%.*s is not in distro_paths", STR_FMT(path));
	for (size_t i = 0; i < 4 && tree->files[i].path; i++)
		if (str_is(path, tree->files[i].path)) {
			*ret = str_of(tree->files[i].text);
			return true;
		}
	return false;
}

static void tree_problem(void *ctx, struct str path, const struct err *what)
{
	struct tree *tree = ctx;

	assert_true(path.n > 0);
	assert_int_not_equal(what->code, ERR_OK);
	tree->last = *what;
	tree->n_problems++;
}

/* The report must not borrow from the files, so it is read after they are gone. */
static struct distro read_tree(struct tree *tree, struct arena *arena)
{
	struct distro_files files = {tree, tree_get, tree_problem};
	struct distro d;

	assert_int_equal(distro_read(&files, arena, &d, NULL), 0);
	return d;
}

#define OS(text)                                                                                   \
	{                                                                                          \
		{                                                                                  \
			"etc/os-release", text                                                     \
		}                                                                                  \
	}

static const struct {
	struct file files[4];
	const char *id, *version_id, *codename, *release, *eol;
} rows[] = {
	{OS("ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n"), "debian", "12",
	 "bookworm", "debian-12", "2028-06-30"},
	{{{"usr/lib/os-release", "ID=debian\nVERSION_ID=8\nVERSION=\"8 (jessie)\"\n"}},
	 "debian",
	 "8",
	 "jessie",
	 "debian-8",
	 "2020-06-30"},
	{{{"etc/os-release", "ID=debian\nVERSION_CODENAME=forky\n"},
	  {"etc/debian_version", "forky/sid\n"}},
	 "debian",
	 "",
	 "forky",
	 "debian-sid",
	 ""},
	{{{"etc/os-release", "ID=debian\nVERSION_CODENAME=trixie\n"},
	  {"etc/debian_version", "trixie/sid\n"},
	  {"etc/apt/sources.list.d/debian.sources", "# sid\nSuites: trixie trixie-updates\n"}},
	 "debian",
	 "",
	 "trixie",
	 "debian-13",
	 "2030-06-30"},
	{{{"etc/os-release", "ID=debian\nVERSION_CODENAME=trixie\n"},
	  {"etc/debian_version", "trixie/sid\n"},
	  {"etc/apt/sources.list", "deb http://deb.example.com/debian unstable main\n"}},
	 "debian",
	 "",
	 "trixie",
	 "debian-sid",
	 ""},
	{OS("ID=debian\nVERSION_CODENAME=sid\n"), "debian", "", "sid", "debian-sid", ""},
	{{{"etc/debian_version", "6.0.10\n"}}, "debian", "6", "squeeze", "debian-6", "2016-02-29"},
	{{{"etc/debian_version", "bookworm/sid\n"}}, "debian", "", "bookworm", "debian-sid", ""},
	{{{"etc/debian_version", "kali-rolling\n"}}, "kali", "", "", "kali", ""},
	{{{"etc/debian_version", "squeeze/sid\n"},
	  {"etc/lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\nDISTRIB_CODENAME=lucid\n"
			      "DISTRIB_DESCRIPTION=\"Ubuntu 10.04.4 LTS\"\n"}},
	 "ubuntu",
	 "10.04",
	 "lucid",
	 "ubuntu-10.04",
	 "2013-05-09"},
	{OS("ID=ubuntu\nVERSION_ID=\"22.04\"\n"), "ubuntu", "22.04", "jammy", "ubuntu-22.04",
	 "2027-04-01"},
	{OS("ID=ubuntu\nVERSION_CODENAME=noble\n"), "ubuntu", "", "noble", "ubuntu-24.04",
	 "2029-05-31"},
	{OS("ID=alpine\nVERSION_ID=3.18.9\n"), "alpine", "3.18.9", "", "alpine-3.18", "2025-05-09"},
	{OS("ID=alpine\nVERSION_ID=3.21.0_alpha20240923\n"), "alpine", "3.21.0_alpha20240923", "",
	 "alpine-edge", ""},
	{{{"etc/os-release", "ID=alpine\nVERSION_ID=3.20.1\n"},
	  {"etc/apk/repositories", "#http://a.example.com/v3.20/main\n"
				   "http://a.example.com/edge/main\n@t http://a/v3.20/main\n"}},
	 "alpine",
	 "3.20.1",
	 "",
	 "alpine-edge",
	 ""},
	{{{"etc/os-release", "ID=alpine\nVERSION_ID=3.20.1\n"},
	  {"etc/apk/repositories", "http://a.example.com/v3.20/main\n@edge http://a/edge/main\n"}},
	 "alpine",
	 "3.20.1",
	 "",
	 "alpine-3.20",
	 "2026-04-01"},
	{{{"etc/alpine-release", "3.2.3\n"}}, "alpine", "3.2.3", "", "alpine-3.2", "2017-05-01"},
	{{{"etc/redhat-release", "CentOS release 6.10 (Final)\n"},
	  {"etc/centos-release", "CentOS release 6.10 (Final)\n"},
	  {"etc/system-release-cpe", "cpe:/o:centos:linux:6:GA\n"}},
	 "centos",
	 "6.10",
	 "Final",
	 "centos-6",
	 "2020-11-30"},
	{{{"etc/system-release-cpe", "cpe:/o:redhat:enterprise_linux:6server:ga:server\n"}},
	 "rhel",
	 "6server",
	 "",
	 "rhel-6",
	 "2020-11-30"},
	{{{"etc/redhat-release", "Red Hat Enterprise Linux AS release 4 (Nahant Update 8)\n"}},
	 "rhel",
	 "4",
	 "Nahant Update 8",
	 "rhel-4",
	 "2012-02-29"},
	{{{"etc/redhat-release", "Red Hat Enterprise Linux Server release 6.9 (Santiago)\n"},
	  {"etc/oracle-release", "Oracle Linux Server release 6.9\n"}},
	 "ol",
	 "6.9",
	 "",
	 "oraclelinux-6",
	 "2021-03-31"},
	{OS("ID=\"rhel\"\nVERSION_ID=\"9.3\"\nVERSION_CODENAME=\"Plow\"\n"), "rhel", "9.3", "plow",
	 "rhel-9", "2032-05-31"},
	{OS("NAME=\"CentOS Stream\"\nID=\"centos\"\nVERSION_ID=\"9\"\n"), "centos", "9", "",
	 "centos-stream-9", "2027-05-31"},
	{OS("NAME=\"AlmaLinux\"\nID=\"almalinux\"\nVERSION_ID=\"8.9\"\n"), "almalinux", "8.9", "",
	 "almalinux-8", "2029-05-31"},
	{OS("ID=fedora\nVERSION_ID=35\n"), "fedora", "35", "", "fedora-35", "2022-12-13"},
	{{{"etc/fedora-release", "Fedora release 20 (Heisenbug)\n"}},
	 "fedora",
	 "20",
	 "Heisenbug",
	 "fedora-20",
	 "2015-06-23"},
	{{{"etc/system-release", "Amazon Linux AMI release 2018.03\n"}},
	 "amzn",
	 "2018.03",
	 "",
	 "amazonlinux-1",
	 "2023-12-31"},
	{OS("ID=amzn\nID_LIKE=\"centos rhel fedora\"\nVERSION_ID=\"2\"\n"), "amzn", "2", "",
	 "amazonlinux-2", "2026-06-30"},
	{OS("ID=amzn\nVERSION_ID=\"2023\"\n"), "amzn", "2023", "", "amazonlinux-2023",
	 "2029-06-30"},
	{{{"etc/SuSE-release",
	   "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n"}},
	 "sles",
	 "11.4",
	 "",
	 "sles-11.4",
	 "2019-03-31"},
	{{{"etc/SuSE-release", "openSUSE 13.2 (x86_64)\nVERSION = 13.2\nCODENAME = Harlequin\n"}},
	 "opensuse",
	 "13.2",
	 "Harlequin",
	 "opensuse-13.2",
	 "2017-01-17"},
	{OS("ID=\"sles\"\nVERSION_ID=\"15.3\"\n"), "sles", "15.3", "", "sles-15.3", "2022-12-31"},
	{OS("NAME=\"openSUSE Leap\"\nID=opensuse\nVERSION_ID=\"42.3\"\n"), "opensuse", "42.3", "",
	 "opensuse-leap-42.3", "2019-07-01"},
	{OS("ID=\"opensuse-leap\"\nVERSION_ID=\"15.5\"\n"), "opensuse-leap", "15.5", "",
	 "opensuse-leap-15.5", "2024-12-31"},
	{OS("ID=\"opensuse-tumbleweed\"\nVERSION_ID=\"20260101\"\n"), "opensuse-tumbleweed",
	 "20260101", "", "opensuse-tumbleweed", ""},
	{OS("ID=photon\nVERSION_ID=3.0\n"), "photon", "3.0", "", "photon-3.0", "2025-10-02"},
	{{{"etc/photon-release", "VMware Photon OS 1.0\nPHOTON_BUILD_NUMBER=62c543d\n"}},
	 "photon",
	 "1.0",
	 "",
	 "photon-1.0",
	 "2022-02-28"},
	{{{"etc/mariner-release", "CBL-Mariner 2.0.20240301\nMARINER_BUILD_NUMBER=a\n"}},
	 "mariner",
	 "2.0.20240301",
	 "",
	 "mariner-2.0",
	 "2025-07-31"},
	{OS("ID=azurelinux\nVERSION_ID=\"3.0\"\n"), "azurelinux", "3.0", "", "azurelinux-3.0", ""},
	{OS("ID=wolfi\nVERSION_ID=\"20230201\"\n"), "wolfi", "20230201", "", "wolfi", ""},
	{OS("ID=\"openEuler\"\nVERSION_ID=\"22.03\"\nVERSION=\"22.03 (LTS-SP1)\"\n"), "openeuler",
	 "22.03", "", "openeuler-22.03-lts-sp1", ""},
	{{{"etc/arch-release", ""}}, "arch", "", "", "arch", ""},
	{{{"etc/gentoo-release", "Gentoo Base System release 2.14\n"}},
	 "gentoo",
	 "2.14",
	 "",
	 "gentoo",
	 ""},
	{{{"etc/slackware-version", "Slackware 14.2\n"}},
	 "slackware",
	 "14.2",
	 "",
	 "slackware-14.2",
	 "2024-01-01"},
	{{{"etc/openwrt_release", "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='19.07.3'\n"}},
	 "openwrt",
	 "19.07.3",
	 "",
	 "openwrt-19.07",
	 "2022-04-30"},
	{OS("ID=nosuch\nVERSION_ID=7.1\n"), "nosuch", "7.1", "", "nosuch-7.1", ""},
	{OS("ID=nosuch\n"), "nosuch", "", "", "nosuch", ""},
	{OS("ID=fedora\n"), "fedora", "", "", "", ""},
	{{{"etc/lsb-release", "LSB_VERSION=base-4.0\n"}}, "", "", "", "", ""},
	{{{NULL, NULL}}, "", "", "", "", ""},
};

TEST(each_distribution_is_told_from_its_files)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct tree tree = {.files = rows[i].files};
		struct arena arena;
		struct distro d;

		arena_init(&arena, LIMIT_ARENA_BYTES);
		d = read_tree(&tree, &arena);
		assert_str(d.id, rows[i].id);
		assert_str(d.version_id, rows[i].version_id);
		assert_str(d.codename, rows[i].codename);
		assert_str(d.release, rows[i].release);
		assert_str(d.eol, rows[i].eol);
		assert_int_equal(d.eol.n > 0, d.eol_as_of.n > 0);
		assert_int_equal(d.id.n > 0, d.source.n > 0);
		assert_int_equal(tree.n_problems, 0);
		arena_done(&arena);
	}
}

TEST(derivatives_name_the_release_they_are_built_from)
{
	static const struct {
		const char *text, *release, *base;
	} bases[] = {
		{"ID=linuxmint\nVERSION_ID=21.3\nUBUNTU_CODENAME=jammy\n", "linuxmint-21.3",
		 "ubuntu-22.04"},
		{"ID=linuxmint\nVERSION_ID=6\nDEBIAN_CODENAME=bookworm\n", "linuxmint-6",
		 "debian-12"},
		{"ID=raspbian\nVERSION_ID=\"11\"\n", "raspbian-11", "debian-11"},
		{"ID=devuan\nVERSION_ID=\"5\"\n", "devuan-5", "debian-12"},
		{"ID=rocky\nVERSION_ID=\"9.2\"\n", "rocky-9", "rhel-9"},
		{"ID=clone\nID_LIKE=\"rhel fedora\"\nVERSION_ID=8.1\n", "clone-8.1", "rhel-8"},
		{"ID=clone\nID_LIKE=\"rhel fedora\"\nVERSION_ID=77\n", "clone-77", ""},
		{"ID=clone\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=7\nUBUNTU_CODENAME=focal\n",
		 "clone-7", "ubuntu-20.04"},
		{"ID=amzn\nID_LIKE=\"centos rhel fedora\"\nVERSION_ID=2\n", "amazonlinux-2", ""},
		{"ID=debian\nVERSION_ID=12\n", "debian-12", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(bases); i++) {
		struct file files[4] = {{"etc/os-release", bases[i].text}};
		struct tree tree = {.files = files};
		struct arena arena;
		struct distro d;

		arena_init(&arena, LIMIT_ARENA_BYTES);
		d = read_tree(&tree, &arena);
		assert_str(d.release, bases[i].release);
		assert_str(d.base_release, bases[i].base);
		arena_done(&arena);
	}
}

TEST(all_fields_and_point_releases_are_kept)
{
	static const struct file files[4] = {
		{"etc/os-release",
		 "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\n"
		 "ID=debian\nID_LIKE=\"a  B\"\nVERSION_ID=\"12\"\nVARIANT_ID=slim\n"
		 "CPE_NAME=cpe:/o:debian:12\n"},
		{"etc/debian_version", "12.5\n"},
	};
	struct tree tree = {.files = files};
	struct arena arena;
	struct distro d;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	d = read_tree(&tree, &arena);
	assert_str(d.pretty_name, "Debian GNU/Linux 12 (bookworm)");
	assert_str(d.name, "Debian GNU/Linux");
	assert_int_equal(d.id_like.n, 2);
	assert_str(d.id_like.p[1], "b");
	assert_str(d.variant_id, "slim");
	assert_str(d.cpe, "cpe:/o:debian:12");
	assert_str(d.version_id, "12");
	assert_str(d.point_release, "12.5");
	assert_str(d.source, "etc/os-release");
	arena_done(&arena);
}

TEST(point_releases_come_from_where_each_family_has_them)
{
	static const struct {
		struct file files[4];
		const char *want;
	} points[] = {
		{{{"etc/os-release", "ID=centos\nVERSION_ID=\"7\"\n"},
		  {"etc/centos-release", "CentOS Linux release 7.9.2009 (Core)\n"}},
		 "7.9.2009"},
		{OS("ID=ubuntu\nVERSION_ID=22.04\nVERSION=\"22.04.4 LTS (Jammy Jellyfish)\"\n"),
		 "22.04.4"},
		{{{"etc/debian_version", "10.4\n"}}, "10.4"},
		{{{"etc/redhat-release",
		   "Red Hat Enterprise Linux AS release 4 (Nahant Update 8)"}},
		 "4.8"},
		{{{"etc/os-release", "ID=debian\nVERSION_ID=12\n"},
		  {"etc/debian_version", "11.3\n"}},
		 ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(points); i++) {
		struct tree tree = {.files = points[i].files};
		struct arena arena;

		arena_init(&arena, LIMIT_ARENA_BYTES);
		assert_str(read_tree(&tree, &arena).point_release, points[i].want);
		arena_done(&arena);
	}
}

TEST(a_broken_os_release_is_a_problem_and_the_next_file_is_asked)
{
	static const struct {
		struct file files[4];
		const char *problem, *release;
	} broken[] = {
		{OS("ID=debian\nnonsense\nVERSION_ID=12\n"), "line 2: expected NAME=value",
		 "debian-12"},
		{OS("ID=debian\nVERSION_ID=\"12\n"), "line 2: \" is not closed", "debian-12"},
		{{{"etc/os-release", "NAME=x\n"}, {"etc/alpine-release", "3.5.0\n"}},
		 "no ID in it",
		 "alpine-3.5"},
		{{{"etc/os-release", ""}, {"usr/lib/os-release", "ID=wolfi\n"}},
		 "no ID in it",
		 "wolfi"},
		{OS("ID='a b'\nVERSION_ID=1\n"), "ID \"a b\": not of the form of a name", ""},
		{OS("ID=x\nA=\001\nVERSION_ID=../../1\nB\n"), "line 4: expected NAME=value", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		struct tree tree = {.files = broken[i].files};
		struct arena arena;

		arena_init(&arena, LIMIT_ARENA_BYTES);
		assert_str(read_tree(&tree, &arena).release, broken[i].release);
		assert_string_equal(tree.last.msg, broken[i].problem);
		arena_done(&arena);
	}
}

TEST(running_out_of_memory_is_an_error_and_no_half_answer)
{
	struct tree tree = {.files = rows[0].files};
	struct distro_files files = {&tree, tree_get, tree_problem};

	for (size_t n = 1; n < 40; n++) {
		struct distro d = {0};
		struct arena arena;
		int r;

		arena_init(&arena, LIMIT_ARENA_BYTES);
		arena_fail_after(&arena, n);
		r = distro_read(&files, &arena, &d, NULL);
		if (r == 0)
			assert_str(d.release, "debian-12");
		else
			assert_int_equal(r, -ERR_NOMEM);
		arena_done(&arena);
	}
}

TEST(every_known_release_is_listed_once_with_plain_dates)
{
	static const char *const table[][4] = {
#define DISTRO_RELEASE(release, codename, eol, eol_extended) {release, codename, eol, eol_extended},
#include "inventory/distro_eol.def"
#undef DISTRO_RELEASE
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(table[i][0], table[j][0]);
		for (size_t k = 2; k < 4; k++)
			assert_true(table[i][k][0] == '\0' ||
				    (strlen(table[i][k]) == 10 && table[i][k][4] == '-' &&
				     table[i][k][7] == '-'));
	}
}

TEST(families_are_sorted_by_id)
{
	static const char *const ids[] = {
#define DISTRO_FAMILY(id, key, form, base) id,
#include "inventory/distro_family.def"
#undef DISTRO_FAMILY
	};

	for (size_t i = 1; i < ARRAY_LEN(ids); i++)
		assert_true(strcmp(ids[i - 1], ids[i]) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(each_distribution_is_told_from_its_files),
		RUN(derivatives_name_the_release_they_are_built_from),
		RUN(all_fields_and_point_releases_are_kept),
		RUN(point_releases_come_from_where_each_family_has_them),
		RUN(a_broken_os_release_is_a_problem_and_the_next_file_is_asked),
		RUN(running_out_of_memory_is_an_error_and_no_half_answer),
		RUN(every_known_release_is_listed_once_with_plain_dates),
		RUN(families_are_sorted_by_id),
	};
	return RUN_ALL(tests);
}
