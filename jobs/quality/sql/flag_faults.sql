-- statuses whose class or flags contradict their code; what is not counted has no flag; what R-11 holds back still counts otherwise
-- needs: residence, residents
SELECT count(*) AS violations, array_to_string(min(resident_id, 5), ' ') AS examples
FROM residence r JOIN (SELECT resident_id, not_counted IS NULL AS single FROM residents) USING (resident_id) JOIN (VALUES
 ('11', 'R', true, true, true), ('12', 'R', true, true, true), ('13', 'R', true, false, true), ('14', 'R', true, false, true),
 ('21', 'R', true, true, false), ('22', 'R', true, true, false), ('23', 'R', true, true, false), ('24', 'R', true, true, false),
 ('25', 'R', NULL, true, false), ('26', 'R', NULL, true, false), ('31', 'T', false, true, false), ('32', 'T', false, true, false),
 ('41', 'A', false, false, true), ('42', 'A', NULL, false, true), ('51', 'N', false, false, false), ('52', 'N', false, false, false),
 ('53', 'N', false, false, false), ('61', 'U', NULL, NULL, NULL), ('62', 'U', false, false, false), ('91', 'D', false, false, false),
 ('92', 'D', NULL, NULL, NULL), ('99', 'X', false, false, false)
) AS flags(status_code, status_class, usual, present, hukou) USING (status_code)
WHERE r.status_class <> flags.status_class OR counts_usual <> ((usual <> (pending_status IS NOT NULL)) AND single) OR counts_present <> (present AND single)
 OR counts_hukou <> (hukou AND single)
