-- resident ids that came, went, merged or split tonight
-- needs: residents, resident_events
-- previous: residents
WITH tonight_events AS (SELECT * FROM resident_events WHERE date = tonight()),
gone AS (SELECT resident_id FROM previous_residents ANTI JOIN residents USING (resident_id)),
come AS (SELECT resident_id FROM residents ANTI JOIN previous_residents USING (resident_id))
SELECT CASE WHEN has_baseline() THEN
         (SELECT count(DISTINCT resident_id) FROM tonight_events WHERE kind IN ('merged_into', 'split_from'))
         / nullif((SELECT count(*) FROM residents), 0) END AS share,
       CASE WHEN has_baseline() THEN
         (SELECT count(*) FROM gone ANTI JOIN (FROM tonight_events WHERE kind IN ('merged_into', 'retired')) USING (resident_id))
         END AS gone_silently,
       CASE WHEN has_baseline() THEN
         (SELECT count(*) FROM come ANTI JOIN (FROM tonight_events WHERE kind IN ('created', 'split_from')) USING (resident_id))
         END AS come_silently,
       (SELECT array_to_string(min(resident_id, 5), ' ') FROM (FROM gone UNION ALL FROM come)
        ANTI JOIN tonight_events USING (resident_id)) AS examples
