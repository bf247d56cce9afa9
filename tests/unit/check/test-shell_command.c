/* SPDX-License-Identifier: Apache-2.0 */
#include "check/shell_command.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "unit/test.h"

struct fixture {
	struct arena arena;
	struct shell_run run;
};

static void fixture_done(struct fixture *f)
{
	arena_done(&f->arena);
}

static struct fixture run_text(const char *text)
{
	struct shell_input in = {.text = str_of(text)};
	struct shell_start start = {.workdir = STR("/app")};
	struct err err = {0};
	struct fixture f;

	arena_init(&f.arena, 64 << 20);
	if (shell_run_parse(&in, &start, &f.arena, &f.run, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	return f;
}

static const struct shell_call *call_at(const struct fixture *f, size_t i)
{
	const struct shell_call *c = f->run.calls;

	while (c && c->index < i)
		c = c->next;
	assert_non_null(c);
	return c;
}

/* "apt-get install -yes -target-release=x curl" */
static void dump_call(struct strbuf *out, const struct shell_call *c)
{
	for (const struct shell_assignment *a = c->assignments; a; a = a->next)
		strbuf_addf(out, "%.*s= ", STR_FMT(a->name));
	strbuf_add(out, c->name.n || !c->words ? c->name : c->path);
	if (c->subcommand.n)
		strbuf_addf(out, " [%.*s]", STR_FMT(c->subcommand));
	for (size_t i = 0; i < c->n_flags; i++) {
		strbuf_addf(out, " -%.*s", STR_FMT(c->flags[i].name));
		if (c->flags[i].has_value)
			strbuf_addf(out, "=%.*s", STR_FMT(c->flags[i].value));
	}
	for (size_t i = 0; i < c->n_operands; i++)
		strbuf_addf(out, " %.*s", STR_FMT(c->operands[i]->text));
}

struct row {
	const char *text, *calls;
};

static void assert_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(100000);
		CLEANUP(fixture_done) struct fixture f = run_text(rows[i].text);

		for (const struct shell_call *c = f.run.calls; c; c = c->next) {
			if (c->index)
				strbuf_adds(&out, "; ");
			dump_call(&out, c);
		}
		if (!str_is(strbuf_str(&out), rows[i].calls))
			fail_msg("%s\n got  %s\n want %s", rows[i].text, strbuf_cstr(&out),
				 rows[i].calls);
	}
}

TEST(every_command_is_found_wherever_it_stands)
{
	static const struct row rows[] = {
		{"a && b | c; d || e & f", "a; b; c; d; e; f"},
		{"if a; then b; else c; fi; while d; do e; done", "a; b; c; d; e"},
		{"(a; { b; }) > $(c)", "c; a; b"},
		{"case $(a) in $(b)) c;; esac", "a; b; c"},
		{"f() { a; }; f", "a; f"},
		{"a $(b \"$(c)\") `d`", "c; b $(c); d; a $(b \"$(c)\") `d`"},
		{"X=$(a) b <(c) <<< $(d)", "a; c; d; X= b <(c)"},
		{"cat <<E\n$(a)\nE\n", "a; cat"},
		{"${X:-$(a)} b", "a; ${X:-$(a)} b"},
		{"[[ $(a) ]] && (( $(b) ))", "a; b"},
		{"X=1", "X= "},
		{"> out", ""},
		{"$CMD a", "$CMD a"},
		{"/usr/bin/foo a", "foo a"},
		{"for i in $(a); do b $i; done", "a; b $i"},
	};

	assert_rows(rows, ARRAY_LEN(rows));
}

TEST(wrappers_and_scripts_are_looked_into)
{
	static const struct row rows[] = {
		{"sudo -E -u root X=1 apt-get update",
		 "sudo -preserve-env -user=root; apt-get [update]"},
		{"sudo -- a -b", "sudo; a -b"},
		{"env -i X=y Z= cmd -a", "env -ignore-environment; cmd -a"},
		{"env", "env"},
		{"env -S 'a b'", "env -split-string=a b; a b"},
		{"exec a b", "exec; a b"},
		{"time a; nice -n 5 b; nohup c", "a; nice -adjustment=5; b; nohup; c"},
		{"/usr/bin/time -f %e a -b", "time -format=%e; a -b"},
		{"command -v curl", "command -v"},
		{"command curl x", "command; curl x"},
		{"find . | xargs -0 -n 1 rm -f", "find .; xargs -null -max-args=1; rm -force"},
		{"timeout -s KILL 5 a b", "timeout -signal=KILL; a b"},
		{"chroot /mnt a", "chroot; a"},
		{"gosu user a -x", "gosu; a -x"},
		{"su - user -c 'a b; c'", "su -command=a b; c - user; a b; c"},
		{"su -c \"a\" user", "su -command=a user; a"},
		{"runuser -u user -- a b", "runuser -user=user a b; a b"},
		{"sh -c 'a && b'", "sh -c a && b; a; b"},
		{"bash -lc \"a $X\"", "bash -login -c a $X; a $X"},
		{"bash -euo pipefail -c 'a' x", "bash -e -u -o=pipefail -c a x; a"},
		{"sudo sh -c \"sh -c 'a; b'\"", "sudo; sh -c sh -c 'a; b'; sh -c a; b; a; b"},
		{"sh -c \"$(curl x)\"", "curl x; sh -c $(curl x); $_"},
		{"sh script.sh -x", "sh script.sh -x"},
		{"bash <<E\na\nb\nE\n", "bash; a; b"},
		{"bash -s <<'E' x\na\nE\n", "bash -s x; a"},
		{"sh <<< 'a; b'", "sh; a; b"},
		{"eval \"a b\" ';c'", "eval a b ;c; a b; c"},
		{"trap 'rm -f x' EXIT", "trap rm -f x EXIT; rm -force x"},
		{"python3 -m pip install x", "python -m=pip; pip [install] x"},
		{"python -c 'import x'", "python -c=import x"},
		{"find / -name '*.c' -exec rm -rf {} + -o -type d -exec chmod 1 {} \\;",
		 "find -name=*.c -exec -o -type=d -exec /; rm -recursive -force {}; chmod 1 {}"},
		{"busybox wget -O - x", "busybox; wget -output-document=- x"},
		{"flock /l -c 'a'", "flock; a"},
		{"flock -n /l a -c", "flock -nonblock; a -c"},
		{"xargs", "xargs"},
	};

	assert_rows(rows, ARRAY_LEN(rows));
}

TEST(options_are_split_as_their_program_does_it)
{
	static const struct row rows[] = {
		{"apt-get -yqq --no-install-recommends install -t sid a b=1",
		 "apt-get [install] -yes -quiet -quiet -no-install-recommends -target-release=sid "
		 "a b=1"},
		{"apt-get install -q=2 -oDpkg::Use=1 --option x=y a",
		 "apt-get [install] -quiet=2 -option=Dpkg::Use=1 -option=x=y a"},
		{"apt-get -yq=2 update", "apt-get [update] -yes -quiet=2"},
		{"apk add -U -X http://x --virtual .deps a",
		 "apk [add] -update-cache -repository=http://x "
		 "-virtual=.deps a"},
		{"dnf -y in a", "dnf [install] -assumeyes a"},
		{"yum --setopt=a=b localinstall a.rpm", "yum [install] -setopt=a=b a.rpm"},
		{"microdnf group install -y 'B C'", "microdnf [group install] -assumeyes B C"},
		{"zypper -n in -y a", "zypper [install] -non-interactive -no-confirm a"},
		{"zypper install -n a", "zypper [install] -non-interactive a"},
		{"pip3.11 install -r a.txt --no-cache-dir -U b",
		 "pip [install] -requirement=a.txt -no-cache-dir -upgrade b"},
		{"npm i -g --registry https://x a", "npm [install] -global -registry=https://x a"},
		{"npm cache clean --force", "npm [cache clean] -force"},
		{"yarn global add a", "yarn [global add] a"},
		{"gem install a -v 1 -- --with-x", "gem [install] -version=1 a"},
		{"go install -tags x -ldflags=-s a@v1", "go [install] -tags=x -ldflags=-s a@v1"},
		{"cargo +nightly install --git u a", "cargo [install] -git=u a"},
		{"curl -fsSLo f -H 'A: b' u", "curl -fail -silent -show-error -location -output=f "
					      "-header=A: b u"},
		{"wget -nv -qO- u", "wget -no-verbose -quiet -output-document=- u"},
		{"tar xzf a.tgz -C /x", "tar -extract -gzip -file=a.tgz -directory=/x"},
		{"tar -xJfa --strip-components=1", "tar -extract -xz -file=a -strip-components=1"},
		{"tar xfC a /x b", "tar -extract -file=a -directory=/x b"},
		{"useradd -rlu 1000 a", "useradd -system -no-log-init -uid=1000 a"},
		{"git -C x clone -b v1 --depth=1 u", "git [clone] -C=x -branch=v1 -depth=1 u"},
		{"git checkout -b x", "git [checkout] -branch=x"},
		{"chmod -R a+w x", "chmod -recursive a+w x"},
		{"chmod -x y", "chmod -x y"},
		{"pacman -Syu --noconfirm a", "pacman -sync -refresh -sysupgrade -noconfirm a"},
		{"echo -n a -b", "echo -n a -b"},
		{"unknown -abc --d=e --f g -- -h", "unknown -abc -d=e -f g -h"},
		{"rm -rf -- -x", "rm -recursive -force -x"},
		{"apt-get install '-y' \"$A\"", "apt-get [install] -yes $A"},
		{"go run a@v1 -x b", "go [run] a@v1 -x b"},
		{"uv pip install --system a", "uv [pip install] -system a"},
		{"ls -", "ls -"},
		{"apt-get install -t", "apt-get [install] -target-release"},
	};

	assert_rows(rows, ARRAY_LEN(rows));
}

/* "name relation version" with f u g in front of a file, an URL, a git repository. */
static void dump_packages(struct strbuf *out, const struct shell_call *c)
{
	static const char *const kinds[] = {"", "f:", "u:", "g:"};

	for (size_t i = 0; i < c->n_packages; i++) {
		const struct shell_package *p = &c->packages[i];

		strbuf_addf(out, "%s%s%.*s", i ? ", " : "", kinds[p->kind], STR_FMT(p->name));
		if (p->relation.n)
			strbuf_addf(out, " %.*s %.*s", STR_FMT(p->relation), STR_FMT(p->version));
		if (!p->literal)
			strbuf_adds(out, " ?");
	}
}

TEST(packages_have_names_and_versions)
{
	static const struct row rows[] = {
		{"apt-get install -y a b=1.2* c/sid ./d.deb e:arm64",
		 "a, b = 1.2*, c / sid, f:./d.deb, e:arm64"},
		{"apt install \"a=$V\" ${B:-x=y} $C", "a = $V ?, ${B:-x=y} ?, $C ?"},
		{"apk add a b=1 c~2 d~=3 e=~4 f@edge g.apk 'h>1'",
		 "a, b = 1, c ~ 2, d ~= 3, e =~ 4, f, f:g.apk, h > 1"},
		{"yum install a b-9.2 c-1:1.1.1k rpm-sign-4.16.1.3 gcc-c++-1.1.1 x.rpm "
		 "java-1.8.0-openjdk",
		 "a, b - 9.2, c - 1:1.1.1k, rpm-sign - 4.16.1.3, gcc-c++ - 1.1.1, f:x.rpm, "
		 "java-1.8.0-openjdk"},
		{"dnf install -y a-4.8.5-44.el7.x86_64 b-$V @core",
		 "a - 4.8.5-44.el7.x86_64, b - $V ?, @core"},
		{"dnf module install nodejs:18 x", "nodejs : 18, x"},
		{"dnf group install x && yum groupinstall y", ""},
		{"zypper in a b=1 c\\>=2 'd<3'", "a, b = 1, c >= 2, d < 3"},
		{"pip install a b==1 'c>=2,<3' d[x]~=1 'e != 1' . f.whl",
		 "a, b == 1, c >= 2,<3, d[x] ~= 1, e != 1, f:., f:f.whl"},
		{"pip install git+https://x.example.com/a.git "
		 "git+ssh://git@h.example.com/b@v1#egg=b https://x/y.zip",
		 "g:git+https://x.example.com/a.git, g:git+ssh://git@h.example.com/b @ v1, "
		 "u:https://x/y.zip"},
		{"pip install 'a @ git+https://h.example.com/b@v1' 'c==1; python_version>\"3\"'",
		 "g:a @ git+https://h.example.com/b @ v1, c == 1"},
		{"pip install -r x -e . -c c.txt", ""},
		{"pip uninstall a", ""},
		{"npm install a @s/b c@1 @s/d@\">=1\" e.tgz ./f user/g "
		 "git+https://u@h.example.com/i.git#v1",
		 "a, @s/b, c @ 1, @s/d @ >=1, f:e.tgz, f:./f, g:user/g, "
		 "g:git+https://u@h.example.com/i.git # v1"},
		{"yarn add a@^1 && yarn install", "a @ ^1"},
		{"gem install a b:1 c.gem", "a, b : 1, f:c.gem"},
		{"gem install a --version='2'", "a = 2"},
		{"go install x.example.com/a x.example.com/b@latest ./...",
		 "x.example.com/a, x.example.com/b @ latest, f:./..."},
		{"go run x.example.com/a@v1 y", "x.example.com/a @ v1"},
		{"cargo install a b@1 --locked", "a, b @ 1"},
		{"cargo install --git u --tag v1 a", "g:a tag v1"},
		{"conda install -y a=1 c::b", "a = 1, c::b"},
		{"pacman -S --noconfirm a && pacman -Ss b", "a"},
		{"composer require a/b:1.0 c/d", "a/b : 1.0, c/d"},
		{"pipx install a==1", "a == 1"},
		{"python3 -m pip install a==1", "a == 1"},
		{"apt-get remove a", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(100000);
		CLEANUP(fixture_done) struct fixture f = run_text(rows[i].text);

		for (const struct shell_call *c = f.run.calls; c; c = c->next)
			dump_packages(&out, c);
		if (!str_is(strbuf_str(&out), rows[i].calls))
			fail_msg("%s\n got  %s\n want %s", rows[i].text, strbuf_cstr(&out),
				 rows[i].calls);
	}
}

TEST(what_a_manager_is_told_to_do_is_known)
{
	static const struct {
		const char *text, *manager;
		enum shell_action action;
	} rows[] = {
		{"apt-get update", "apt", SHELL_ACTION_REFRESH},
		{"apt-get dist-upgrade", "apt", SHELL_ACTION_UPGRADE},
		{"apt-get clean", "apt", SHELL_ACTION_CLEAN},
		{"apt-get source a", "apt", SHELL_ACTION_OTHER},
		{"dnf -y up", "rpm", SHELL_ACTION_UPGRADE},
		{"dnf -y upgrade-minimal", "rpm", SHELL_ACTION_UPGRADE},
		{"dnf rei a", "rpm", SHELL_ACTION_INSTALL},
		{"yum clean all", "rpm", SHELL_ACTION_CLEAN},
		{"zypper cc", "zypper", SHELL_ACTION_CLEAN},
		{"zypper dup", "zypper", SHELL_ACTION_UPGRADE},
		{"apk cache clean", "apk", SHELL_ACTION_CLEAN},
		{"pip cache purge", "pip", SHELL_ACTION_CLEAN},
		{"npm cache clean --force", "npm", SHELL_ACTION_CLEAN},
		{"yarn cache clean", "npm", SHELL_ACTION_CLEAN},
		{"pacman -Scc", "pacman", SHELL_ACTION_CLEAN},
		{"pacman -Sy", "pacman", SHELL_ACTION_REFRESH},
		{"pacman -Syu", "pacman", SHELL_ACTION_UPGRADE},
		{"pacman -R a", "pacman", SHELL_ACTION_REMOVE},
		{"apk del a", "apk", SHELL_ACTION_REMOVE},
		{"curl x", "", SHELL_ACTION_OTHER},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(fixture_done) struct fixture f = run_text(rows[i].text);

		assert_str(f.run.calls->manager, rows[i].manager);
		if (f.run.calls->action != rows[i].action)
			fail_msg("%s: %d", rows[i].text, f.run.calls->action);
	}
}

TEST(flags_are_asked_for_by_their_first_name)
{
	CLEANUP(fixture_done)
	struct fixture f = run_text("apt-get --assume-yes -qq -t a -t \"$B\" install x");
	const struct shell_call *c = f.run.calls;
	const struct shell_flag *target = shell_call_flag(c, "target-release");

	assert_true(shell_call_is(c, "apt-get", "install"));
	assert_true(shell_call_is(c, "apt-get", NULL));
	assert_false(shell_call_is(c, "apt", "install"));
	assert_non_null(shell_call_flag(c, "yes"));
	assert_null(shell_call_flag(c, "assume-yes"));
	assert_int_equal(shell_call_count(c, "quiet"), 2);
	assert_str(target->value, "$B");
	assert_false(target->literal);
	assert_int_equal(target->word->span.at, 30);
	assert_int_equal(target->value_word->span.at, 33);
}

TEST(settings_are_those_in_force)
{
	enum { E = SHELL_ERREXIT, P = SHELL_PIPEFAIL, U = SHELL_NOUNSET, X = SHELL_XTRACE };
	static const struct {
		const char *text;
		unsigned settings; /* of the command `z` */
	} rows[] = {
		{"z", 0},
		{"set -e; z", E},
		{"set -euxo pipefail && z", E | U | X | P},
		{"set -o errexit -o pipefail; z", E | P},
		{"set -ex; set +e; z", X},
		{"set -o pipefail; set +o pipefail; z", 0},
		{"set -- -e; z", 0},
		{"(set -e); z", 0},
		{"{ set -e; }; z", E},
		{"set -e | a; z", 0},
		{"set -e & z", 0},
		{"a $(set -e); z", 0},
		{"f() { set -e; }; z", 0},
		{"if a; then set -e; fi; z", E},
		{"set -e; sh -c 'z'", 0},
		{"bash -eo pipefail -c z", E | P},
		{"bash --noprofile --login -x -c z", X},
		{"su -c z --shell=/bin/bash", 0},
		{"eval 'set -e'; z", E},
		{"set -e; (z)", E},
		{"set -e; sudo z", E},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(fixture_done) struct fixture f = run_text(rows[i].text);
		const struct shell_call *c = f.run.calls;

		while (c && !str_is(c->name, "z"))
			c = c->next;
		assert_non_null(c);
		if (c->settings != rows[i].settings)
			fail_msg("%s: %u", rows[i].text, c->settings);
	}
}

TEST(the_working_directory_is_followed)
{
	static const struct {
		const char *text;
		bool after_cd;
		const char *workdir; /* of the command `z` */
	} rows[] = {
		{"z", false, "/app"},
		{"cd /opt && z", true, "/opt"},
		{"cd b/../c; z", true, "/app/c"},
		{"cd /; cd x; z", true, "/x"},
		{"cd $X; z", true, ""},
		{"cd $X; cd y; z", true, ""},
		{"cd; z", true, ""},
		{"cd ~/x; z", true, ""},
		{"cd -; z", true, ""},
		{"(cd /x); z", false, "/app"},
		{"(cd /x; z)", true, "/x"},
		{"pushd /x; z", true, "/x"},
		{"pushd /x; popd; z", true, ""},
		{"cd -P /x; z", true, "/x"},
		{"a | cd /x; z", false, "/app"},
		{"sh -c 'cd /x; z'", true, "/x"},
		{"sh -c 'cd /x'; z", false, "/app"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(fixture_done) struct fixture f = run_text(rows[i].text);
		const struct shell_call *c = f.run.calls;

		while (c && !str_is(c->name, "z"))
			c = c->next;
		assert_non_null(c);
		if ((c->cd != NULL) != rows[i].after_cd || !str_is(c->workdir, rows[i].workdir))
			fail_msg("%s: %.*s", rows[i].text, STR_FMT(c->workdir));
	}
}

TEST(variables_are_those_set_for_the_command)
{
	static const struct {
		const char *text, *value; /* of X for the command `z`; NULL: none */
		bool exported, literal;
	} rows[] = {
		{"z", NULL, false, false},
		{"X=1 z", "1", true, true},
		{"X=1; z", "1", false, true},
		{"X=1 a; z", NULL, false, false},
		{"export X=1; z", "1", true, true},
		{"export X=1 Y=2 && X=3 z", "3", true, true},
		{"export X=$Y; z", "$Y", true, false},
		{"export X=; z", "", true, true},
		{"env X=1 z", "1", true, true},
		{"sudo -E X=1 z", "1", true, true},
		{"env X=1 a; z", NULL, false, false},
		{"(X=1); z", NULL, false, false},
		{"declare X=1; z", "1", false, true},
		{"declare -x X=1; z", "1", true, true},
		{"X=1 sh -c z", "1", true, true},
		{"X='a b'; z", "a b", false, true},
		{"X=(1 2); z", "", false, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(fixture_done) struct fixture f = run_text(rows[i].text);
		const struct shell_call *c = f.run.calls;
		const struct shell_binding *x;

		while (c && !str_is(c->name, "z"))
			c = c->next;
		assert_non_null(c);
		x = shell_call_env(c, STR("X"));
		if (!rows[i].value != !x)
			fail_msg("%s: %s", rows[i].text, x ? "set" : "not set");
		if (!x)
			continue;
		assert_str(x->value, rows[i].value);
		assert_int_equal(x->exported, rows[i].exported);
		assert_int_equal(x->literal, rows[i].literal);
	}
}

TEST(a_call_knows_its_neighbours)
{
	static const struct {
		const char *text;
		enum shell_operator before, after; /* of the command `z` */
		bool conditional, tested;
	} rows[] = {
		{"z", SHELL_NOTHING, SHELL_NOTHING, false, false},
		{"a; z\nb", SHELL_SEMICOLON, SHELL_NEWLINE, false, false},
		{"a && z || b", SHELL_AND, SHELL_OR, false, true},
		{"a || z", SHELL_OR, SHELL_NOTHING, true, false},
		{"a | z | b", SHELL_PIPE, SHELL_PIPE, false, false},
		{"a && b | z; c", SHELL_PIPE, SHELL_SEMICOLON, false, false},
		{"z & a", SHELL_NOTHING, SHELL_BACKGROUND, false, false},
		{"a & z", SHELL_BACKGROUND, SHELL_NOTHING, false, false},
		{"a && (z)", SHELL_NOTHING, SHELL_NOTHING, false, false},
		{"if z; then a; fi", SHELL_NOTHING, SHELL_SEMICOLON, false, true},
		{"if a; then z; fi", SHELL_NOTHING, SHELL_SEMICOLON, true, false},
		{"if a; then b; elif z; then c; fi", SHELL_NOTHING, SHELL_SEMICOLON, true, true},
		{"for i in a; do z; done", SHELL_NOTHING, SHELL_SEMICOLON, true, false},
		{"! z", SHELL_NOTHING, SHELL_NOTHING, false, true},
		{"a || sudo z", SHELL_OR, SHELL_NOTHING, true, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(fixture_done) struct fixture f = run_text(rows[i].text);
		const struct shell_call *c = f.run.calls;

		while (c && !str_is(c->name, "z"))
			c = c->next;
		assert_non_null(c);
		if (c->before != rows[i].before || c->after != rows[i].after ||
		    c->conditional != rows[i].conditional || c->tested != rows[i].tested)
			fail_msg("%s: %d %d %d %d", rows[i].text, c->before, c->after,
				 c->conditional, c->tested);
	}
}

TEST(what_is_read_through_a_pipe_is_known_from_its_last_command)
{
	static const struct {
		const char *text, *reader, *source; /* NULL: none */
	} rows[] = {
		{"curl u | sh", "sh", "curl"},
		{"curl u | tee f | sudo bash", "bash", "tee"},
		{"sudo curl u | sh", "sh", "curl"},
		{"(a; curl u) | { sh; }", "sh", "curl"},
		{"sh -c 'curl u' | sh -x", "curl", NULL},
		{"a; sh", "sh", NULL},
		{"a | b; sh", "sh", NULL},
		{"curl u | sh -c 'tar x'", "tar", "curl"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(fixture_done) struct fixture f = run_text(rows[i].text);
		const struct shell_call *c = f.run.calls;

		while (c && !str_is(c->name, rows[i].reader))
			c = c->next;
		assert_non_null(c);
		if (!c->source != !rows[i].source ||
		    (c->source && !str_is(c->source->name, rows[i].source)))
			fail_msg("%s: %.*s", rows[i].text,
				 STR_FMT(c->source ? c->source->name : STR("none")));
	}
}

TEST(who_runs_a_call_is_known)
{
	CLEANUP(fixture_done)
	struct fixture f =
		run_text("bash <(curl u); sh -c \"$(wget v)\"; sudo ls; f() { g; }; (a)");

	assert_str(call_at(&f, 0)->name, "curl");
	assert_int_equal(call_at(&f, 0)->within, SHELL_WITHIN_PROCESS);
	assert_str(call_at(&f, 0)->outer->name, "bash");
	assert_int_equal(call_at(&f, 0)->subshells, 1);
	assert_str(call_at(&f, 2)->name, "wget");
	assert_int_equal(call_at(&f, 2)->within, SHELL_WITHIN_SUBSTITUTION);
	assert_str(call_at(&f, 2)->outer->name, "sh");
	assert_str(call_at(&f, 4)->path, "$_");
	assert_int_equal(call_at(&f, 4)->within, SHELL_WITHIN_SCRIPT);
	assert_str(call_at(&f, 6)->name, "ls");
	assert_int_equal(call_at(&f, 6)->within, SHELL_WITHIN_WRAPPER);
	assert_str(call_at(&f, 6)->outer->name, "sudo");
	assert_str(call_at(&f, 7)->function, "f");
	assert_int_equal(call_at(&f, 8)->subshells, 1);
	assert_int_equal(f.run.n_calls, 9);
}

TEST(places_in_scripts_of_words_are_those_of_the_body)
{
	static const char *const texts[] = {
		"sh -c 'a; zz'",
		"sh -c \"a \\\"b\\\"; zz\"",
		"sh -c \"sh -c 'a; zz'\"",
		"bash <<-E\n\t\ta\n\t\tzz\n\tE\n",
		"eval a\\ b ';' zz",
		"sh -c $'a\\nzz'",
		"x=`a; zz`",
		"sh -c \"$(a) ; zz\"",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		CLEANUP(fixture_done) struct fixture f = run_text(texts[i]);
		const struct shell_call *c = f.run.calls;
		size_t want = (size_t)(strstr(texts[i], "zz") - texts[i]);

		while (c && !str_is(c->name, "zz"))
			c = c->next;
		assert_non_null(c);
		/* Behind an escape of $'' places are only about right. */
		if (strstr(texts[i], "$'"))
			assert_true(c->span.at + 2 >= want && c->span.at <= want);
		else if (c->span.at != want || c->span.end != want + 2)
			fail_msg("%s: %zu-%zu", texts[i], c->span.at, c->span.end);
	}
}

TEST(places_go_through_the_map_of_a_dockerfile)
{
	/* "RUN sh -c 'a \<newline>  ; zz'" */
	static struct text_piece pieces[] = {{0, 4}, {9, 15}};
	struct text_map map = {.pieces = pieces, .n = 2};
	struct shell_input in = {.text = STR("sh -c 'a   ; zz'"), .map = &map};
	struct shell_start start = {0};
	struct shell_run run;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(shell_run_parse(&in, &start, &a, &run, NULL), 0);
	assert_str(run.calls->next->name, "a");
	assert_int_equal(run.calls->next->span.at, 11);
	assert_str(run.calls->next->next->name, "zz");
	assert_int_equal(run.calls->next->next->span.at, 19);
	arena_done(&a);
}

TEST(a_shell_is_known_by_the_words_that_start_it)
{
	static const struct {
		const char *words[6];
		bool known;
		enum shell_dialect dialect;
		unsigned settings;
	} rows[] = {
		{{"/bin/sh", "-c"}, true, SHELL_SH, 0},
		{{"/bin/bash", "-o", "pipefail", "-c"}, true, SHELL_BASH, SHELL_PIPEFAIL},
		{{"bash", "-euxo", "pipefail", "-c"},
		 true,
		 SHELL_BASH,
		 SHELL_ERREXIT | SHELL_NOUNSET | SHELL_XTRACE | SHELL_PIPEFAIL},
		{{"/bin/ash", "-eo", "pipefail"}, true, SHELL_DASH, SHELL_ERREXIT | SHELL_PIPEFAIL},
		{{"/usr/bin/env", "bash"}, true, SHELL_BASH, 0},
		{{"/usr/bin/env", "-S", "bash", "-e"}, true, SHELL_BASH, SHELL_ERREXIT},
		{{"bash", "--login", "-e", "-c"}, true, SHELL_BASH, SHELL_ERREXIT},
		{{"pwsh", "-c"}, false, 0, 0},
		{{"/usr/bin/env", "python3"}, false, 0, 0},
		{{NULL}, false, 0, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct shell_start start = {.workdir = STR("/w")};
		struct str words[6];
		size_t n = 0;

		for (; n < 6 && rows[i].words[n]; n++)
			words[n] = str_of(rows[i].words[n]);
		assert_int_equal(shell_start_from(words, n, &start), rows[i].known);
		assert_int_equal(start.dialect, rows[i].dialect);
		assert_int_equal(start.settings, rows[i].settings);
		assert_str(start.workdir, "/w");
	}
}

TEST(problems_of_inner_scripts_are_told)
{
	CLEANUP(fixture_done) struct fixture f = run_text("sh -c 'a; )'; sh -c 'b; fi'");

	assert_int_equal(f.run.script->n_problems, 0);
	assert_int_equal(f.run.n_problems, 2);
	assert_str(f.run.problems->message, "no command stands in front of )");
	assert_int_equal(f.run.problems->span.at, 10);
	assert_str(f.run.problems->next->message, "fi closes nothing");
}

/* --- hostile input --- */

static int run_repeated(const char *start, const char *piece, size_t n, const char *end,
			struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(20 << 20);
	struct shell_start at = {0};
	struct shell_input in;
	struct shell_run run;
	struct arena a;
	int r;

	arena_init(&a, (size_t)1 << 30);
	strbuf_adds(&sb, start);
	for (size_t i = 0; i < n; i++)
		strbuf_adds(&sb, piece);
	strbuf_adds(&sb, end);
	in = (struct shell_input){.text = strbuf_str(&sb)};
	r = shell_run_parse(&in, &at, &a, &run, err);
	arena_done(&a);
	return r;
}

TEST(wrappers_scripts_and_bindings_have_limits_that_are_named)
{
	static const struct {
		const char *start, *piece, *end, *message;
	} rows[] = {
		{"", "sudo ", "a", "nested deeper than shell_depth (100)"},
		{"", "eval ", "a", "more than shell_nodes (1000000)"},
		{"", "sh<<E\n", "a", "nested deeper than shell_depth (100)"},
		{"", "(", "a", "nested deeper than shell_depth (100)"},
		{"", "A=1;", "", "more than shell_bindings (4096)"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};

		assert_int_equal(
			run_repeated(rows[i].start, rows[i].piece, 10000, rows[i].end, &err),
			-ERR_LIMIT);
		assert_has(err.msg, rows[i].message);
	}
}

TEST(nothing_that_repeats_takes_long)
{
	static const struct {
		const char *start, *piece, *end;
	} rows[] = {
		{"apt-get install ", "a=1 ", ""},
		{"apt-get ", "-", ""},
		{"apt-get ", "-qqqqqqqqqqqqqqqqqqqq ", ""},
		{"curl ", "-H x ", ""},
		{"find . ", "-exec a ; ", ""},
		{"find . ", "-exec a \\; ", ""},
		{"sh -c 'a' ", "'b' ", ""},
		{"eval ", "a ", ""},
		{"yum install ", "a-", ""},
		{"", "a | ", "a"},
		{"", "env X=1 a;", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		int r = run_repeated(rows[i].start, rows[i].piece, 60000, rows[i].end, &err);

		if (r < 0 && r != -ERR_LIMIT)
			fail_msg("%s: %s", rows[i].piece, err.msg);
	}
}

TEST(without_memory_it_says_so)
{
	struct shell_input in = {
		.text = STR("cd /x; X=1 apt-get install -y \"a=$B\" b; sudo sh -c 'c \"d\"; pip "
			    "install e'; "
			    "bash <<E\nf $(g)\nE\nexport Y=2; find . -exec h {} +")};
	struct shell_start start = {.workdir = STR("/")};

	for (size_t n = 1;; n++) {
		struct shell_run run;
		struct err err = {0};
		struct arena a;
		int r;

		arena_init(&a, 1 << 20);
		arena_fail_after(&a, n);
		r = shell_run_parse(&in, &start, &a, &run, &err);
		arena_done(&a);
		if (r == 0) {
			assert_true(n > 100);
			break;
		}
		assert_int_equal(r, -ERR_NOMEM);
		assert_int_equal(err.code, ERR_NOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(every_command_is_found_wherever_it_stands),
		RUN(wrappers_and_scripts_are_looked_into),
		RUN(options_are_split_as_their_program_does_it),
		RUN(packages_have_names_and_versions),
		RUN(what_a_manager_is_told_to_do_is_known),
		RUN(flags_are_asked_for_by_their_first_name),
		RUN(settings_are_those_in_force),
		RUN(the_working_directory_is_followed),
		RUN(variables_are_those_set_for_the_command),
		RUN(a_call_knows_its_neighbours),
		RUN(what_is_read_through_a_pipe_is_known_from_its_last_command),
		RUN(who_runs_a_call_is_known),
		RUN(places_in_scripts_of_words_are_those_of_the_body),
		RUN(places_go_through_the_map_of_a_dockerfile),
		RUN(a_shell_is_known_by_the_words_that_start_it),
		RUN(problems_of_inner_scripts_are_told),
		RUN(wrappers_scripts_and_bindings_have_limits_that_are_named),
		RUN(nothing_that_repeats_takes_long),
		RUN(without_memory_it_says_so),
	};

	return RUN_ALL(tests);
}
