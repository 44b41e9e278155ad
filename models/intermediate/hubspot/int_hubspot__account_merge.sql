-- A company lists those that were merged into it, separated by semicolons; the first thousand of
-- them are read. One that several list went to the company that nobody lists.
with

digits as (
    select 0 as digit
    {% for digit in range(1, 10) %}
        union all
        select {{ digit }} as digit
    {% endfor %}
),

numbers as (
    select 100 * h.digit + 10 * t.digit + o.digit + 1 as number
    from digits as h
    cross join digits as t
    cross join digits as o
),

companies as (
    select * from {{ ref('stg_hubspot__company') }}
    where row_status = 'accepted' and merged_company_ids is not null
),

links as (
    select
        c.company_id,
        {{ clean_text("split_part(c.merged_company_ids, ';', n.number)") }} as merged_company_id,
        c._source_file,
        c._source_row
    from companies as c
    inner join numbers as n
        on
            n.number
            <= length(c.merged_company_ids) - length(replace(c.merged_company_ids, ';', '')) + 1
),

listed as (
    select merged_company_id
    from links
    group by merged_company_id
),

ranked as (
    select
        links.*,
        row_number() over (
            partition by links.merged_company_id
            order by
                case when listed.merged_company_id is null then 0 else 1 end asc,
                links.company_id asc
        ) as choice
    from links
    left join listed
        on links.company_id = listed.merged_company_id
    where links.merged_company_id <> links.company_id
),

final as (
    select
        'hubspot' as source_system,
        'hubspot:' || merged_company_id as merged_account_id,
        merged_company_id as merged_alias,
        'hubspot:' || company_id as surviving_account_id,
        _source_file,
        _source_row
    from ranked
    where choice = 1
)

select * from final
