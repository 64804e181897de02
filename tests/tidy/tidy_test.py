#!/usr/bin/env python3
"""The tidy check finds each fault it knows, and passes a clean tree."""
import pathlib
import tempfile
import unittest

import tidy

CMAKE = """
mailrig_library(fakes/base LIBRARIES fmt::fmt)
mailrig_library(fakes/smtp DEPENDS base)
mailrig_library(fakes/net DEPENDS smtp)
mailrig_library(sim/plan DEPENDS base)
"""
CLEAN = {
    "CMakeLists.txt": CMAKE,
    "fakes/base/a.h": "// A thing.\n#pragma once\n",
    "fakes/base/a.cc": '#include "fakes/base/a.h"\n',
    "tests/fakes/base/a_test.cc": "\n",
    "fakes/smtp/b.h": '// Another.\n#include "fakes/base/a.h"\n',
    "fakes/net/c.h": "// Uses Asio.\n#include <boost/asio/buffer.hpp>\nauto t = steady_clock::now();\n",
}


def faults_with(changes):
    with tempfile.TemporaryDirectory() as folder:
        for path, text in {**CLEAN, **changes}.items():
            file = pathlib.Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return "\n".join(tidy.faults(folder))


class Tidy(unittest.TestCase):
    def test_a_clean_tree_passes(self):
        self.assertEqual(faults_with({}), "")

    def test_fakes_never_include_sim(self):
        found = faults_with({"fakes/smtp/b.h": '// B.\n#include "sim/plan/x.h"\n'})
        self.assertEqual(found, "fakes/smtp/b.h:2: fakes never include sim (sim/plan/x.h)")

    def test_an_arrow_must_be_declared(self):
        found = faults_with({"sim/plan/x.h": '// X.\n#include "fakes/smtp/b.h"\n'})
        self.assertIn("plan does not depend on smtp", found)

    def test_only_drivers_know_asio(self):
        self.assertIn("only the drivers know Asio", faults_with({"fakes/smtp/b.h": "// B.\n#include <boost/asio.hpp>\n"}))

    def test_decisions_read_no_clock_and_no_chance(self):
        for line in ("auto t = std::chrono::system_clock::now();", "std::random_device d;", "int r = rand();",
                     "std::hash<int> h;", "time(nullptr);"):
            self.assertIn("fakes/smtp/b.h:2:", faults_with({"fakes/smtp/b.h": f"// B.\n{line}\n"}), line)

    def test_a_comment_is_no_call(self):
        self.assertEqual(faults_with({"fakes/smtp/b.h": "// Never rand() here.\n"}), "")

    def test_tests_mirror_sources(self):
        self.assertIn("no source", faults_with({"tests/fakes/base/gone_test.cc": "\n"}))
        self.assertIn("no source", faults_with({"tests/fakes/base/gone_more_test.cc": "\n"}))
        self.assertEqual("", faults_with({"tests/fakes/base/a_more_test.cc": "\n"}))
        self.assertIn("has no tests", faults_with({"fakes/smtp/b.cc": "\n"}))

    def test_headers_say_what_they_are_for(self):
        self.assertIn("opens without saying", faults_with({"fakes/base/a.h": "#pragma once\n"}))

    def test_files_stay_small(self):
        self.assertIn("is there a seam?", faults_with({"fakes/base/a.cc": "\n" * 601}))


if __name__ == "__main__":
    unittest.main()
