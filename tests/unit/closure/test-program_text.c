/* SPDX-License-Identifier: Apache-2.0 */
#include "closure/program.h"

#include "base/strbuf.h"
#include "tests/unit/test.h"

/* The links as "kind:text" lines; '\x1f' as '|'. */
static void links_of(const char *path, const char *text, struct strbuf *sb)
{
	static const char *const names[] = {
		[LINK_INTERPRETER] = "interpreter",
		[LINK_SONAME] = "soname",
		[LINK_NEEDED] = "needed",
		[LINK_RPATH] = "rpath",
		[LINK_RUNPATH] = "runpath",
		[LINK_LIBRARY] = "library",
		[LINK_PATH] = "path",
		[LINK_COMMAND] = "command",
		[LINK_ARGUMENTS] = "arguments",
		[LINK_SOURCE] = "source",
		[LINK_SCRIPT] = "script",
		[LINK_UNKNOWN] = "unknown",
		[LINK_PYTHON] = "python",
		[LINK_PYTHON_MAY] = "may",
		[LINK_PYTHON_RUN] = "run",
		[LINK_NODE] = "node",
		[LINK_PERL] = "perl",
		[LINK_RUBY] = "ruby",
		[LINK_RUBY_HERE] = "here",
		[LINK_JAR] = "jar",
		[LINK_SETTING] = "setting",
		[LINK_NPM_RUN] = "npm",
	};
	struct program_draft d;
	struct program_link l;
	struct program p;

	program_draft_init(&d);
	if (program_of_text(str_of(path), str_of(text), &d) > 0) {
		assert_true(program_read(program_draft_bytes(&d), &p));
		while (program_next(&p, &l)) {
			strbuf_addf(sb, "%s:", names[l.kind]);
			for (size_t i = 0; i < l.text.n; i++)
				strbuf_addc(sb, l.text.p[i] == '\x1f' ? '|' : l.text.p[i]);
			strbuf_addc(sb, '\n');
		}
	}
	program_draft_done(&d);
}

struct row {
	const char *path, *text, *links;
};

static void check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(65536);

		links_of(rows[i].path, rows[i].text, &sb);
		if (strcmp(strbuf_cstr(&sb), rows[i].links) != 0)
			fail_msg("%s\n%s\ngives\n%s\nnot\n%s", rows[i].path, rows[i].text,
				 strbuf_cstr(&sb), rows[i].links);
	}
}

TEST(shell_scripts_tell_commands_sources_and_what_they_give_interpreters)
{
	static const struct row rows[] = {
		{"run", "#!/bin/sh -e\nexec \"$@\"\n", "interpreter:/bin/sh\narguments:\n"},
		{"run", "#!/usr/bin/env -S bash -e\n", "interpreter:/usr/bin/env\ncommand:bash\n"},
		{"x.sh", ". /etc/a\nsource ./b\n", "source:/etc/a\nsource:./b\n"},
		{"x.sh", "f() { g; }\nf\ncd /\n", "command:g\n"},
		{"x.sh", "D=/opt\n\"$D/bin/x\" \"$HOME/y\" < /in\n",
		 "path:/in\ncommand:/opt/bin/x\npath:${HOME}/y\n"},
		{"x.sh", "${A:-/usr/bin/a} --conf=/etc/a.conf -x secret\n",
		 "command:${A:-/usr/bin/a}\npath:/etc/a.conf\n"},
		{"x.sh", "$1 x\n", "unknown:runs a command that is computed: $1\n"},
		{"x.sh", "gosu app python3 -u /a.py --token abc\n",
		 "command:gosu\npath:/a.py\ncommand:python3\nscript:/a.py\n"},
		{"x.sh", "python -m pkg.mod x\n", "command:python\nrun:pkg.mod\n"},
		{"x.sh", "gunicorn app.web:main\n", "command:gunicorn\nmay:app.web\n"},
		{"x.sh", "node -r ./a.js srv\n", "command:node\nnode:./a.js\nscript:srv\n"},
		{"x.sh", "java -cp /a.jar:b.jar Main\n",
		 "command:java\nscript:/a.jar\nscript:b.jar\n"},
		{"x.sh", "npm run serve\n", "command:npm\nnpm:serve\n"},
		{"x.sh", "cd /srv && ./run\n", "command:/srv/./run\n"},
		{"x.sh", "perl -MA::B=c -e 'use D; 1'\n", "command:perl\nperl:A::B\nperl:D\n"},
	};

	(void)state;
	check(rows, ARRAY_LEN(rows));
}

TEST(python_tells_its_imports)
{
	static const struct row rows[] = {
		{"a.py", "import a.b as c, d # e\n", "python:a.b\npython:d\n"},
		{"a.py", "  from ..a import b\n", "python:..a\nmay:..a.b\n"},
		{"a.py", "from . import (b,  # c\n    d as e,\n)\nimport f\n",
		 "python:.\nmay:.b\nmay:.d\npython:f\n"},
		{"a.py", "from a import b, \\\n  c\nfrom d import *\n",
		 "python:a\nmay:a.b\nmay:a.c\npython:d\n"},
		{"a.py", "x = importlib.import_module('a.b')\n", "python:a.b\n"},
		{"a.py", "\n__import__(x)\n",
		 "unknown:line 2: imports a module whose name is computed\n"},
		{"a.py", "def import_module(name):\n", ""},
		{"a.py", "subprocess.run(['git', x]); os.system(\"ls -l\")\nrun(x)\n",
		 "command:git\ncommand:ls\n"},
		{"a.py", "open('/etc/x.conf'); y = '/a b'; z = 'http://x/y'\n",
		 "path:/etc/x.conf\n"},
		{"a.py", "important = 1\nfromage = 2\n", ""},
	};

	(void)state;
	check(rows, ARRAY_LEN(rows));
}

TEST(node_tells_what_it_loads)
{
	static const struct row rows[] = {
		{"a.js", "var x = require( './b' ), y = z.require('c'), w = xrequire('d');\n",
		 "node:./b\n"},
		{"a.mjs", "import a, {b} from \"c\";import 'd';export*from'e';\n",
		 "node:c\nnode:e\nnode:d\n"},
		{"a.js", "\nimport(`./x`); import(`./${y}`)\n",
		 "node:./x\nunknown:line 2: loads a module whose name is computed\n"},
		{"package.json", "{\"name\":\"n\",\"main\":\"m\",\"bin\":\"b\"}",
		 "setting:name|n\nsetting:main|m\nsetting:bin||b\n"},
		{"package.json",
		 "{\"exports\":{\".\":{\"types\":\"t\",\"import\":[\"./a\",{\"x\":\"./b\"}]},\"./s/"
		 "*\":\"./l/*.js\"}}",
		 "setting:export|.|./a\nsetting:export|.|./b\nsetting:export|./s/*|./l/*.js\n"},
		{"package.json", "{\"scripts\":{\"start\":\"node a\",\"test\":\"rm\"}}",
		 "setting:script|start|Inode\nsetting:script|start|La\n"},
		{"package.json", "{\"main\":", ""},
	};

	(void)state;
	check(rows, ARRAY_LEN(rows));
}

TEST(other_languages_and_settings_tell_names)
{
	static const struct row rows[] = {
		{"a.pm",
		 "use strict; use A::B qw(c);\nuse 5.010;\nno D;\nrequire \"e.pl\";\n"
		 "use parent qw(F G);\n__END__\nuse H;\n",
		 "perl:strict\nperl:A::B\nperl:D\nperl:e.pl\nperl:parent\nperl:F\nperl:G\n"},
		{"a.pm", "require \"A/$b.pm\";\n",
		 "unknown:loads a module whose name is computed\nperl:A/\n"},
		{"a.rb", "require 'a/b'\nrequire_relative(\"c\")\nautoload :X, 'd'\nrequire x\n",
		 "ruby:a/b\nhere:c\nruby:d\nunknown:loads a file whose name is computed\n"},
		{"a.php", "require_once __DIR__ . '/a.php';\ninclude $x;\n",
		 "source:a.php\nunknown:includes a file whose name is computed\npath:/a.php\n"},
		{"etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n/a:/b # c\n",
		 "path:/etc/ld.so.conf.d/*.conf\nsetting:path|/a\nsetting:path|/b\n"},
		{"etc/nsswitch.conf", "hosts: files dns [!UNAVAIL=return] # x\n",
		 "library:libnss_files.so.2\nlibrary:libnss_dns.so.2\n"},
		{"etc/pam.d/x", "@include common\nauth required pam_x.so\n",
		 "path:/etc/pam.d/common\nlibrary:security/pam_x.so\n"},
		{"etc/s.ini", "command=/bin/x -y\n", "path:/bin/x\ncommand:/bin/x\n"},
		{"x/a.pth", "# c\n../v\nimport w\n", "setting:path|../v\npython:w\n"},
		{"etc/x.conf", "key = /a/b, /c/*.d;\nurl http://x/y/z\n",
		 "path:/a/b\npath:/c/*.d\n"},
	};

	(void)state;
	check(rows, ARRAY_LEN(rows));
}

TEST(a_manifest_tells_its_class_path_over_cut_lines)
{
	struct program_draft d;
	struct program_link l;
	struct program p;

	(void)state;
	program_draft_init(&d);
	program_of_manifest(STR("A: b\r\nClass-Path: a.jar lib/b.\r\n jar\r\nC: d\r\n"), &d);
	assert_true(program_read(program_draft_bytes(&d), &p));
	assert_true(program_next(&p, &l));
	assert_str(l.text, "a.jar");
	assert_true(program_next(&p, &l));
	assert_str(l.text, "lib/b.jar");
	assert_false(program_next(&p, &l));
	program_draft_done(&d);
}

TEST(more_names_than_fit_are_told)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(8 << 20);
	struct program_draft d;

	(void)state;
	for (unsigned i = 0; i < 250000; i++)
		strbuf_addf(&sb, "import m%u\n", i);
	program_draft_init(&d);
	assert_int_equal(program_of_text(STR("a.py"), strbuf_str(&sb), &d), 1);
	assert_true(d.program.flags & PROGRAM_PARTIAL);
	program_draft_done(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(shell_scripts_tell_commands_sources_and_what_they_give_interpreters),
		RUN(python_tells_its_imports),
		RUN(node_tells_what_it_loads),
		RUN(other_languages_and_settings_tell_names),
		RUN(a_manifest_tells_its_class_path_over_cut_lines),
		RUN(more_names_than_fit_are_told),
	};

	return RUN_ALL(tests);
}
