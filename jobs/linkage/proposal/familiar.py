"""A few very common names: enough to tell a column of names from a column of places, whatever it is called."""

from __future__ import annotations


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


GIVEN = _listed(
    "james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark steven "
    "paul andrew joshua george kevin brian edward ronald timothy jason jeffrey ryan jacob nicholas eric jonathan stephen "
    "larry justin scott brandon benjamin samuel gregory alexander patrick jack dennis henry walter peter kyle noah ethan "
    "luke adam nathan zachary lachlan liam mitchell harry oliver dylan cameron aaron arthur albert frederick ernest alfred "
    "frank harold mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra "
    "ashley kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca sharon laura cynthia dorothy amy "
    "kathleen angela shirley brenda emma anna pamela nicole samantha katherine christine helen rachel carolyn janet maria "
    "catherine heather diane olivia julie joyce victoria ruth lauren kelly christina joan evelyn judith olive sophie chloe "
    "isabella mia georgia ella hannah alice florence annie ellen edith jane ann anne jean rose martha louise lucy grace "
    "charlotte juan jose luis carlos ana carmen pierre marie hans klaus wolfgang andrea stefan martin mohammed ahmed fatima "
    "ali wei fang ming hui jing lei jun yan ivan olga giovanni paolo luca"
)
SURNAMES = _listed(
    "smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson "
    "thomas taylor moore jackson martin lee perez thompson white harris sanchez clark clarke ramirez lewis robinson walker "
    "young allen king wright scott torres nguyen hill flores green adams nelson baker hall rivera campbell mitchell carter "
    "roberts gomez phillips evans turner diaz parker cruz edwards collins reyes stewart morris morales murphy cook rogers "
    "gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox ward richardson watson brooks chavez "
    "wood james bennett gray hughes price myers long foster ryan webb webster davies shaw hunt harrison mason ross mcdonald "
    "marshall simpson o'brien fraser matthews ellis palmer chapman rowe dixon reid mccarthy muller müller mueller schmidt "
    "schneider fischer weber meyer wagner becker schulz hoffmann koch bauer richter klein wolf schröder neumann schwarz "
    "zimmermann braun dubois durand leroy moreau rossi russo ferrari silva santos pereira ivanov wang li zhang liu chen "
    "yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo"
)
HAN_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹"
    "段雷黎史龙陶贺顾毛郝龚邵万钱严武"
)
