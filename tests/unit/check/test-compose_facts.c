/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "check/compose_facts.h"
#include "tests/unit/check/fact_rows.h"

/* Of the last service of a file that stands alone. */
static void check(const char *text, const char *expression)
{
	struct source_file f = {.path = STR("compose.yaml"), .bytes = str_of(text)};
	struct compose_model model;
	struct compose_file_fact file;
	struct err err = {0};
	struct value of[2];

	compose_model_init(&model);
	if (compose_model_read(&model, &f, &err) < 0 ||
	    compose_facts_make(*(struct compose_project **)vec_at(&model.projects, 0), &model.arena,
			       &file, &err) < 0)
		fail_msg("%s", err.msg);
	assert_true(file.services.n > 0);
	of[0] = file.services.items[file.services.n - 1];
	of[1] = value_object(&file.object);
	assert_fact("compose.service", of, expression);
	compose_model_done(&model);
}

TEST(both_forms_are_alike)
{
	static const struct {
		const char *text, *expression;
	} rows[] = {
		{"services: {a: {ports: ['127.0.0.1:80:8080/udp', '443', '90-92:90-92']}}",
		 "service.ports.map(p, p.published) == [80, 0, 90] && service.ports[0].host_ip == "
		 "'127.0.0.1'"},
		{"services: {a: {ports: [{target: 80, published: '81-82', host_ip: '::1'}]}}",
		 "service.ports[0].published == 81 && service.ports[0].host_ip == '::1'"},
		{"services: {a: {volumes: ['./a:/b:ro,z', 'data:/c', '/d']}}",
		 "service.volumes.map(v, v.type + ' ' + v.source + ' ' + v.target) == ['bind ./a "
		 "/b', "
		 "'volume data /c', 'volume  /d'] && service.volumes[0].options == ['ro', 'z']"},
		{"services: {a: {volumes: [{type: bind, source: /a, target: /b, bind: "
		 "{propagation: "
		 "shared}}, {type: tmpfs, target: /t}]}}",
		 "service.volumes[0].options == ['shared'] && service.volumes[1].type == 'tmpfs'"},
		{"services: {a: {environment: [A=b, C]}}",
		 "service.environment.map(e, e.name + '=' + e.value) == ['A=b']"},
		{"services: {a: {environment: {A: b, C: 1}}}",
		 "service.environment.map(e, e.name + '=' + e.value) == ['A=b', 'C=1']"},
		{"services: {a: {build: {args: [A=b]}, tmpfs: /t, cap_add: [X]}}",
		 "service.built && service.build_args[0].name == 'A' && service.tmpfs == ['/t'] && "
		 "service.cap_add == ['X']"},
		{"services: {a: {privileged: 'true', read_only: yes}}",
		 "service.privileged && service.read_only"},
		{"services: {a: {deploy: {resources: {limits: {memory: 1g, cpus: '1', pids: 5}}, "
		 "restart_policy: {}}}}",
		 "service.memory == '1g' && service.cpus == '1' && service.pids == '5' && "
		 "service.restart_condition == 'any'"},
		{"services: {a: {mem_limit: 2g, profiles: [x], env_file: [a.env, {path: b.env}]}}",
		 "service.memory == '2g' && service.profiles == ['x'] && service.env_files == "
		 "['a.env', 'b.env']"},
		{"services: {a: {healthcheck: {disable: true}}}", "!service.healthcheck"},
		{"services: {a: {healthcheck: {test: x}}}", "service.healthcheck"},
		{"services: {a: {image: 'x.example.com/b/c:1@sha256:ab', user: 0}}",
		 "service.texts['user'] == '0' && service.texts['pid'] == ''"},
		{"x: 1\ninclude: [a.yaml, {path: b.yaml}]\nservices: {a: {}}",
		 "file.includes == ['a.yaml', 'b.yaml'] && file.services.size() == 1"},
		{"services: {a: 1, b: [x], c: {ports: {a: b}, volumes: [[x]], tmpfs: {a: b}}}",
		 "service.name == 'c' && service.ports == [] && service.tmpfs == []"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check(rows[i].text, rows[i].expression);
}

TEST(what_is_extended_counts_as_written)
{
	check("services:\n  b: {image: 'a:1', user: root, cap_drop: [ALL]}\n  c: {extends: "
	      "{service: "
	      "b}, cap_add: [X]}\n  d: {extends: c, user: me}\n",
	      "service.name == 'd' && service.texts['user'] == 'me' && service.cap_drop == ['ALL'] "
	      "&& "
	      "service.cap_add == ['X'] && !service.partial");
	check("services: {d: {extends: {service: b, file: b.yaml}}}",
	      "service.partial && service.extends_file == 'b.yaml'");
	check("services: {d: {extends: nobody}}", "service.partial");
}

TEST(documents_are_laid_over_each_other)
{
	check("services: {a: {image: 'a:1', pid: host}}\n---\nservices: {a: {image: 'b:1'}}\n",
	      "service.image.name == 'b' && service.texts['pid'] == 'host'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(both_forms_are_alike),
		RUN(what_is_extended_counts_as_written),
		RUN(documents_are_laid_over_each_other),
	};

	return RUN_ALL(tests);
}
