/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "check/compose_schema.h"

struct row {
	const char *text, *want; /* path: message; of each */
};

static const struct row schema_rows[] = {
	{"services: {a: {image: b, command: [c, yes], ports: [80, '1:2', {target: 3}]}}\n", ""},
	{"services: {a: {restrat: always}}\n",
	 "services.a.restrat: there is no key restrat; did you mean restart?; "},
	{"services: {a: {zzzzzz: always}}\n", "services.a.zzzzzz: there is no key zzzzzz; "},
	{"volums: {}\n", "volums: there is no key volums; did you mean volumes?; "},
	{"x-a: {b: c}\nservices: {x-b: 5, a: {x-c: d}}\n", ""},
	{"services: {a: {ports: 5}}\n", "services.a.ports: ports has to be a list; "},
	{"services: {a: {ports: [true]}}\n",
	 "services.a.ports[0]: an entry has to be a number or a text or a map; "},
	{"services: {a: [x], b: }\n",
	 "services.a: a has to be a map; services.b: b has to be a map; "},
	{"services: [a]\n", "services: services has to be a map; "},
	{"services: {a: {build: [b]}}\n", "services.a.build: build has to be a text or a map; "},
	{"- a\n", ": the file has to be a map; "},
	{"services: {a: {user: 1000}}\n",
	 "services.a.user: user has to be a text, in quotes where it looks like a number; "},
	{"services: {a: {user: '1000', hostname: no, privileged: maybe, read_only: '${A}'}}\n",
	 "services.a.privileged: privileged has to be true or false; "},
	{"services: {a: {build: {contxt: .}, deploy: {resources: {limits: {memry: 1}}}, "
	 "healthcheck: {tests: a}, logging: {options: [a]}}}\n",
	 "services.a.build.contxt: there is no key contxt; did you mean context?; "
	 "services.a.deploy.resources.limits.memry: there is no key memry; did you mean memory?; "
	 "services.a.healthcheck.tests: there is no key tests; did you mean test?; "
	 "services.a.logging.options: options has to be a map; "},
	{"services: {a: {environment: {A: 1, B: true, C: }, labels: [a=b], build: .}}\n", ""},
	{"services: {a: {environment: {A: [b]}}}\n",
	 "services.a.environment.A: A has to be a number or a text; "},
	{"x-c: &c {restrat: a}\nservices: {a: *c, b: *c}\n",
	 "services.a.restrat: there is no key restrat; did you mean restart?; "},
	{"services: {a: {ports: !reset 5, networks: !reset null}}\nversion: 3.8\n", ""},
};

static const struct row name_rows[] = {
	{"services: {a: {depends_on: [b]}, b: {}}\n", ""},
	{"services: {a: {depends_on: [dc]}, db: {}}\n",
	 "services.a.depends_on[0]: services declares no dc; did you mean db?; "},
	{"services: {a: {depends_on: {nope: {condition: service_started}, no: {required: "
	 "false}}}}\n",
	 "services.a.depends_on.nope: services declares no nope; "},
	{"services: {a: {networks: [default, front, '${N}']}}\n",
	 "services.a.networks[1]: networks declares no front; "},
	{"services: {a: {volumes: [data:/d, './a:/b', '/c', 'C:\\d:/e', 'c:/d:/e', '~/a:/b', "
	 "{type: bind, source: x}, {type: volume, source: y}, v]}}\n",
	 "services.a.volumes[0]: volumes declares no data; "
	 "services.a.volumes[7]: volumes declares no y; "},
	{"services: {a: {secrets: [s, {source: t}], configs: [u]}}\nsecrets: {s: {}}\nconfigs: {u: "
	 "{}}\n",
	 "services.a.secrets[1]: secrets declares no t; "},
};

static int check_names(const struct yaml_node *root, struct arena *a, struct value *ret,
		       struct err *err)
{
	struct compose_names names;
	int r;

	compose_names_init(&names);
	r = compose_names_add(&names, root, err);
	if (r == 0)
		r = compose_references_check(root, &names, a, ret, err);
	compose_names_done(&names);
	return r;
}

static void check(const struct row *row,
		  int (*of)(const struct yaml_node *, struct arena *, struct value *, struct err *))
{
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(65536);
	struct yaml_file *file = NULL;
	struct arena arena;
	struct err err = {0};
	struct value list;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	if (yaml_parse(str_of(row->text), &file, &err) < 0 ||
	    of(yaml_document(file, 0), &arena, &list, &err) < 0)
		fail_msg("%s", err.msg);
	for (uint32_t i = 0; i < list.n; i++) {
		const struct schema_problem_fact *p = (const void *)list.items[i].object;

		strbuf_addf(&got, "%.*s: %.*s; ", STR_FMT(value_str(p->path)),
			    STR_FMT(value_str(p->message)));
	}
	assert_str(strbuf_str(&got), row->want);
	arena_done(&arena);
	yaml_file_free(file);
}

TEST(what_compose_refuses_is_told_with_its_path)
{
	for (size_t i = 0; i < sizeof schema_rows / sizeof schema_rows[0]; i++)
		check(&schema_rows[i], compose_schema_check);
}

TEST(names_that_nothing_declares_are_told)
{
	for (size_t i = 0; i < sizeof name_rows / sizeof name_rows[0]; i++)
		check(&name_rows[i], check_names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_compose_refuses_is_told_with_its_path),
		RUN(names_that_nothing_declares_are_told),
	};

	return RUN_ALL(tests);
}
