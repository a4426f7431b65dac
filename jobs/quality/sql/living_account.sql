-- people present whom no household and no group quarters hold, members who are not present there, and sums that differ
-- needs: residence, dwellings, households, household_members
WITH present AS (SELECT DISTINCT resident_id, dwelling_id FROM residence WHERE counts_present AND dwelling_id IS NOT NULL),
unplaced AS (SELECT resident_id FROM present ANTI JOIN household_members USING (resident_id)
             ANTI JOIN (SELECT dwelling_id FROM dwellings WHERE kind = 'quarters') USING (dwelling_id)),
absent AS (SELECT resident_id FROM household_members ANTI JOIN present USING (resident_id, dwelling_id)),
counted AS (SELECT household_id, count(*) AS n FROM household_members GROUP BY household_id)
SELECT (SELECT count(*) FROM unplaced) AS unplaced, (SELECT count(*) FROM absent) AS absent,
       (SELECT count(*) FROM households FULL JOIN counted USING (household_id) WHERE members IS DISTINCT FROM n)
       + (SELECT abs((SELECT coalesce(sum(people), 0) FROM dwellings) - (SELECT count(*) FROM present))) AS differing,
       (SELECT array_to_string(min(resident_id, 5), ' ') FROM (FROM unplaced UNION ALL FROM absent)) AS examples
